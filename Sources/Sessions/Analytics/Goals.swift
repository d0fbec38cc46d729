/// What the marketplace is to achieve.
public enum Goals {
    /// From a question to the call, at most.
    public static let questionToCallSeconds = 120.0
    /// Of the time in which consultants can be asked or are in calls, the share in calls.
    public static let utilisation = 0.8
    /// Of the sessions that were accepted, the share that took place.
    public static let completion = 0.95
}
