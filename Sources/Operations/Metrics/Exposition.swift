/// Writes metrics in Prometheus' text format, version 0.0.4.
///
///     # HELP consult_calls_active Calls open now.
///     # TYPE consult_calls_active gauge
///     consult_calls_active 2
///
/// Families of one name, from several parts of the process, are one: the format has each name once.
public func expose(_ families: [MetricFamily]) -> String {
    var text = ""
    for family in joined(families) {
        text += "# HELP \(family.name) \(escapeHelp(family.help))\n# TYPE \(family.name) \(family.kind.rawValue)\n"
        for series in family.series {
            switch series.value {
            case .number(let value):
                text += "\(family.name)\(labels(series.labels)) \(number(value))\n"
            case .histogram(let buckets):
                append(buckets, of: family.name, series.labels, to: &text)
            }
        }
    }
    return text
}

/// Each name once, where it came first, with the series of all.
private func joined(_ families: [MetricFamily]) -> [MetricFamily] {
    var joined: [MetricFamily] = []
    var places: [String: Int] = [:]
    for family in families {
        if let place = places[family.name] {
            let first = joined[place]
            joined[place] = MetricFamily(
                first.name, first.kind, help: first.help, series: first.series + family.series)
        } else {
            places[family.name] = joined.count
            joined.append(family)
        }
    }
    return joined
}

/// The media type of what `expose` writes.
public let expositionMediaType = "text/plain; version=0.0.4; charset=utf-8"

/// Cumulative buckets, then sum and count.
private func append(_ buckets: Buckets, of name: String, _ given: [MetricFamily.Label], to text: inout String) {
    var total: UInt64 = 0
    for (index, count) in buckets.counts.enumerated() {
        total &+= count
        let bound = index < buckets.bounds.count ? number(buckets.bounds[index]) : "+Inf"
        text += "\(name)_bucket\(labels(given + [.init("le", bound)])) \(total)\n"
    }
    text += "\(name)_sum\(labels(given)) \(number(buckets.sum))\n"
    text += "\(name)_count\(labels(given)) \(total)\n"
}

private func labels(_ labels: [MetricFamily.Label]) -> String {
    if labels.isEmpty { return "" }
    return "{" + labels.map { "\($0.name)=\"\(escapeLabel($0.value))\"" }.joined(separator: ",") + "}"
}

private func escapeHelp(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
}

private func escapeLabel(_ text: String) -> String {
    escapeHelp(text).replacing("\"", with: "\\\"")
}

/// A number as Prometheus reads it: whole ones without a fraction.
private func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return Int64(exactly: value).map(String.init) ?? String(value)
}
