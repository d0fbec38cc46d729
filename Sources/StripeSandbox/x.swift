internal import Stripe
