/// One metric with all its series, at one moment.
public struct MetricFamily: Sendable, Equatable {
    /// What a metric's numbers mean.
    public enum Kind: String, Sendable {
        /// Only grows, until the process starts anew.
        case counter
        /// Goes up and down.
        case gauge
        /// Observations in buckets.
        case histogram
    }

    /// One series: labels and their value.
    public struct Series: Sendable, Equatable {
        /// Label names and values, in the order they are written.
        public let labels: [Label]
        /// The value.
        public let value: Value

        /// A series; a metric without labels has exactly one, without labels.
        public init(_ value: Value, labels: [Label] = []) {
            self.labels = labels
            self.value = value
        }
    }

    /// A label: from a bounded set, never an id.
    public struct Label: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Its value.
        public let value: String

        /// A label.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A series' value.
    public enum Value: Sendable, Equatable {
        /// A counter or a gauge.
        case number(Double)
        /// A histogram.
        case histogram(Buckets)
    }

    /// `consult_<noun>_<unit>[_total]`.
    public let name: String
    /// One sentence.
    public let help: String
    /// What its numbers mean.
    public let kind: Kind
    /// At least one.
    public let series: [Series]

    /// A metric with these series.
    public init(_ name: String, _ kind: Kind, help: String, series: [Series]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.series = series
    }

    /// A counter without labels.
    public static func counter(_ name: String, help: String, _ value: some BinaryInteger) -> MetricFamily {
        MetricFamily(name, .counter, help: help, series: [Series(.number(Double(value)))])
    }

    /// A gauge without labels.
    public static func gauge(_ name: String, help: String, _ value: some BinaryInteger) -> MetricFamily {
        MetricFamily(name, .gauge, help: help, series: [Series(.number(Double(value)))])
    }

    /// A histogram without labels.
    public static func histogram(_ name: String, help: String, _ buckets: Buckets) -> MetricFamily {
        MetricFamily(name, .histogram, help: help, series: [Series(.histogram(buckets))])
    }
}

/// Observations counted into buckets.
public struct Buckets: Sendable, Equatable {
    /// Upper bounds, ascending; an implicit +Inf follows.
    public let bounds: [Double]
    /// Observations per bucket (not cumulative), one more than `bounds`.
    public private(set) var counts: [UInt64]
    /// Sum of all observations.
    public private(set) var sum: Double

    /// Empty buckets.
    public init(bounds: [Double]) {
        self.init(bounds: bounds, counts: Array(repeating: 0, count: bounds.count + 1), sum: 0)
    }

    /// Buckets that were counted elsewhere; `counts` is one longer than `bounds`.
    public init(bounds: [Double], counts: [UInt64], sum: Double) {
        self.bounds = bounds
        self.counts = counts
        self.sum = sum
    }

    /// Counts one observation.
    public mutating func observe(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        counts[bucket] &+= 1
        sum += value
    }
}
