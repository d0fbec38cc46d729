/// Collects what is wrong with the fields of a request, so that the client is told everything at once.
///
/// ```swift
/// var fields = Fields()
/// let name = fields.check("/name", body.name, "1 to 200 characters") { PersonName($0) }
/// try fields.finish()
/// ```
public struct Fields: Sendable {
    /// What is wrong so far.
    public private(set) var errors: [Problem.FieldError] = []

    /// Nothing is wrong yet.
    public init() {}

    /// Notes that a field is not as it must be.
    public mutating func refuse(_ pointer: String, _ detail: String) {
        errors.append(.init(pointer: pointer, detail: detail))
    }

    /// What `make` makes of a value; where that is nil, the field is refused.
    public mutating func check<Input, Output>(
        _ pointer: String, _ value: Input, _ expectation: String, _ make: (Input) -> Output?
    ) -> Output? {
        if let output = make(value) { return output }
        refuse(pointer, "expected " + expectation)
        return nil
    }

    /// Ends the request where something was refused.
    ///
    /// - Throws: ``Problem`` of status 422 with every field.
    public func finish() throws(Problem) {
        if !errors.isEmpty { throw .invalid(errors) }
    }
}
