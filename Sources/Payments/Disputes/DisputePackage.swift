internal import Stripe

/// What a bank is told about a call: the texts of Stripe's evidence that are known here.
struct DisputePackage: Codable, Hashable, Sendable {
    /// Who paid; nil where they have left.
    var customerName: String?
    var customerEmail: String?
    /// The day of the call: `2026-11-23`.
    var serviceDate: String
    /// What was sold, with its invoice; nil where somebody it names has left.
    var productDescription: String?
    /// Who was there, when, and what flowed.
    var accessActivityLog: String
    /// What was agreed to about refunds, and when.
    var refundPolicy: String
    /// What was given back, and why no more.
    var refundRefusal: String
    /// The signed receipt.
    var receipt: String

    /// The same in Stripe's fields.
    var evidence: DisputeEvidence {
        var evidence = DisputeEvidence()
        evidence.accessActivityLog = accessActivityLog
        evidence.customerName = customerName
        evidence.customerEmail = customerEmail
        evidence.productDescription = productDescription
        evidence.refundPolicyDisclosure = refundPolicy
        evidence.refundRefusalExplanation = refundRefusal
        evidence.serviceDate = serviceDate
        evidence.uncategorizedText = receipt
        return evidence
    }
}
