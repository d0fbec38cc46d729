extension StripeCall where Object == Customer {
    /// Makes a customer. `metadata` names our own user, never more.
    public static func createCustomer(
        email: String?, name: String?, metadata: [String: String], idempotencyKey: IdempotencyKey
    ) -> Self {
        Self(.post, "/v1/customers", idempotencyKey) { form in
            form.add("email", email)
            form.add("name", name)
            form.add("metadata", metadata)
        }
    }

    /// Reads a customer; a removed one is answered with `deleted`.
    public static func customer(_ id: StripeID<Customer>) -> Self { Self(.get, "/v1/customers/\(id)") }

    /// Sets which card is used where none is named; nil unsets it.
    public static func setDefaultPaymentMethod(
        _ method: StripeID<PaymentMethod>?, of id: StripeID<Customer>, idempotencyKey: IdempotencyKey
    ) -> Self {
        Self(.post, "/v1/customers/\(id)", idempotencyKey) { form in
            form.add("invoice_settings[default_payment_method]", method?.text ?? "")
        }
    }
}

extension StripeCall where Object == Deleted<Customer> {
    /// Removes a customer and every card of theirs.
    public static func deleteCustomer(_ id: StripeID<Customer>) -> Self { Self(.delete, "/v1/customers/\(id)") }
}

extension StripeCall where Object == PaymentMethod {
    /// Stores a card with a customer.
    public static func attach(
        _ id: StripeID<PaymentMethod>, to customer: StripeID<Customer>, idempotencyKey: IdempotencyKey
    ) -> Self {
        Self(.post, "/v1/payment_methods/\(id)/attach", idempotencyKey) { $0.add("customer", customer) }
    }

    /// Forgets a card; it cannot be stored again.
    public static func detach(_ id: StripeID<PaymentMethod>, idempotencyKey: IdempotencyKey) -> Self {
        Self(.post, "/v1/payment_methods/\(id)/detach", idempotencyKey)
    }

    /// Reads a card.
    public static func paymentMethod(_ id: StripeID<PaymentMethod>) -> Self { Self(.get, "/v1/payment_methods/\(id)") }
}

extension StripeCall where Object == StripeList<PaymentMethod> {
    /// A customer's cards.
    public static func paymentMethods(
        of customer: StripeID<Customer>, limit: Int64 = 100, after last: StripeID<PaymentMethod>? = nil
    ) -> Self {
        Self(.get, "/v1/customers/\(customer)/payment_methods") { form in
            form.add("type", "card")
            form.add("limit", limit)
            form.add("starting_after", last)
        }
    }
}

extension StripeCall where Object == SetupIntent {
    /// Begins to store a card, for use while its owner is away.
    public static func createSetupIntent(
        customer: StripeID<Customer>, metadata: [String: String] = [:], idempotencyKey: IdempotencyKey
    ) -> Self {
        Self(.post, "/v1/setup_intents", idempotencyKey) { form in
            form.add("automatic_payment_methods[allow_redirects]", "never")
            form.add("automatic_payment_methods[enabled]", true)
            form.add("customer", customer)
            form.add("metadata", metadata)
            form.add("usage", "off_session")
        }
    }

    /// Reads a SetupIntent.
    public static func setupIntent(_ id: StripeID<SetupIntent>) -> Self { Self(.get, "/v1/setup_intents/\(id)") }

    /// Gives it up.
    public static func cancelSetupIntent(_ id: StripeID<SetupIntent>, idempotencyKey: IdempotencyKey) -> Self {
        Self(.post, "/v1/setup_intents/\(id)/cancel", idempotencyKey)
    }
}
