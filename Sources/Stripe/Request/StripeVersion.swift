/// The version of Stripe's API that this module speaks; each request names it.
public let stripeVersion = "2026-10-28.endive"
