import Testing

@testable import Operations

@Suite("Prometheus text format")
struct ExpositionTests {
    @Test("A counter and a gauge have help, type and one line")
    func numbers() {
        let text = expose([
            .counter("consult_packets_forwarded_total", help: "Packets sent on.", 12),
            .gauge("consult_calls_active", help: "Calls open now.", 0),
        ])
        #expect(
            text == """
                # HELP consult_packets_forwarded_total Packets sent on.
                # TYPE consult_packets_forwarded_total counter
                consult_packets_forwarded_total 12
                # HELP consult_calls_active Calls open now.
                # TYPE consult_calls_active gauge
                consult_calls_active 0

                """)
    }

    @Test("Families of one name from several parts are one")
    func joined() {
        func family(_ port: String, _ value: Double) -> MetricFamily {
            MetricFamily("x", .gauge, help: "X.", series: [.init(.number(value), labels: [.init("port", port)])])
        }
        #expect(
            expose([family("a", 1), .gauge("y", help: "Y.", 0), family("b", 2)]) == """
                # HELP x X.
                # TYPE x gauge
                x{port="a"} 1
                x{port="b"} 2
                # HELP y Y.
                # TYPE y gauge
                y 0

                """)
    }

    @Test("A histogram's buckets are cumulative, end at +Inf and agree with its count")
    func histogram() {
        var buckets = Buckets(bounds: [0.001, 1])
        for value in [0.0005, 0.001, 0.5, 2] { buckets.observe(value) }
        #expect(
            expose([.histogram("consult_x_seconds", help: "X.", buckets)]) == """
                # HELP consult_x_seconds X.
                # TYPE consult_x_seconds histogram
                consult_x_seconds_bucket{le="0.001"} 2
                consult_x_seconds_bucket{le="1"} 3
                consult_x_seconds_bucket{le="+Inf"} 4
                consult_x_seconds_sum 2.5015
                consult_x_seconds_count 4

                """)
    }

    @Test("Labels stand before the bucket's bound, and are escaped")
    func labels() {
        let series = MetricFamily.Series(
            .histogram(Buckets(bounds: [1])), labels: [.init("route", "a\"b\\c\nd"), .init("code", "200")])
        let text = expose([MetricFamily("x", .histogram, help: "a\\b\nc", series: [series])])
        #expect(text.hasPrefix("# HELP x a\\\\b\\nc\n# TYPE x histogram\n"))
        #expect(text.contains("x_bucket{route=\"a\\\"b\\\\c\\nd\",code=\"200\",le=\"1\"} 0\n"))
        #expect(text.contains("x_count{route=\"a\\\"b\\\\c\\nd\",code=\"200\"} 0\n"))
    }

    @Test(
        "Numbers that are none have their own words",
        arguments: [
            (Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (1.5, "1.5"), (1e18, "1000000000000000000"),
            (-0.25, "-0.25"),
        ])
    func specialNumbers(value: Double, word: String) {
        let family = MetricFamily("x", .gauge, help: "X.", series: [.init(.number(value))])
        #expect(expose([family]).hasSuffix("\nx \(word)\n"))
    }

    @Test("The process's own figures are there and plausible")
    func process() {
        let families = Dictionary(
            processMetrics().map { ($0.name, $0.series.first?.value) }, uniquingKeysWith: { first, _ in first })
        guard case .number(let memory)? = families["process_resident_memory_bytes"] ?? nil,
            case .number(let start)? = families["process_start_time_seconds"] ?? nil,
            case .number(let open)? = families["process_open_fds"] ?? nil
        else {
            Issue.record("figures are missing")
            return
        }
        #expect((1_000_000...10_000_000_000).contains(memory))
        #expect(start > 1_600_000_000)
        #expect(open >= 3)
    }
}
