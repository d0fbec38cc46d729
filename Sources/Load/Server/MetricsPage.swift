import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The figures of a server's `/metrics` page (Prometheus' text format) that say what happened inside the relay.
package struct MetricsPage: Sendable, Equatable {
    /// Packets sent to the other side.
    package var forwarded: Double
    /// Packets that never reached the relay.
    package var lost: Double
    /// Packets that failed authentication or were malformed.
    package var rejected: Double
    /// Packets held back because a call was not paid for.
    package var gated: Double
    /// How often a packet stayed in the relay for at most so many seconds; cumulative, ascending, the last is +Inf.
    package var latency: [Bucket]

    /// A bucket of a histogram.
    package struct Bucket: Sendable, Equatable {
        /// Seconds.
        package var bound: Double
        /// Observations up to it.
        package var count: Double
    }

    /// Reads a page; nil where it has no counter of forwarded packets.
    package init?(parsing text: String) {
        var values: [Substring: Double] = [:]
        var buckets: [Bucket] = []
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                continue
            }
            let name = line[..<space]
            values[name] = value
            let prefix = "consult_forward_latency_seconds_bucket{le=\""
            if name.hasPrefix(prefix), name.hasSuffix("\"}") {
                let bound = name.dropFirst(prefix.count).dropLast(2)
                buckets.append(Bucket(bound: bound == "+Inf" ? .infinity : Double(bound) ?? .infinity, count: value))
            }
        }
        guard let forwarded = values["consult_packets_forwarded_total"] else { return nil }
        self.forwarded = forwarded
        lost = values["consult_packets_lost_total"] ?? 0
        rejected = values["consult_packets_rejected_total"] ?? 0
        gated = values["consult_packets_gated_total"] ?? 0
        latency = buckets.sorted { $0.bound < $1.bound }
    }

    /// What has happened since an earlier page of the same server.
    package func since(_ earlier: MetricsPage) -> MetricsPage {
        var rest = self
        rest.forwarded -= earlier.forwarded
        rest.lost -= earlier.lost
        rest.rejected -= earlier.rejected
        rest.gated -= earlier.gated
        for index in rest.latency.indices where earlier.latency.indices.contains(index) {
            rest.latency[index].count -= earlier.latency[index].count
        }
        return rest
    }

    /// The seconds that a share of the packets stayed at most, between two bounds by linear interpolation, as Prometheus does
    /// it; nil where none was observed. What lies above the last bound counts as that bound.
    ///
    /// - Parameter share: 0 to 1.
    package func quantile(_ share: Double) -> Double? {
        guard let total = latency.last?.count, total > 0 else { return nil }
        let rank = share * total
        var (below, start) = (0.0, 0.0)
        for bucket in latency {
            if bucket.count >= rank {
                guard bucket.bound.isFinite else { return start }
                let inside = bucket.count - below
                return inside > 0 ? start + (bucket.bound - start) * (rank - below) / inside : bucket.bound
            }
            (below, start) = (bucket.count, bucket.bound)
        }
        return start
    }

    /// Fetches a page.
    ///
    /// - Throws: `LoadError` where it cannot be had, or is none of ours.
    package static func fetch(_ url: String) async throws(LoadError) -> MetricsPage {
        do {
            let answer = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(5))
            guard answer.status == .ok else { throw LoadError("\(url) answers \(answer.status.code)") }
            let body = try await answer.body.collect(upTo: 1 << 22)
            guard let page = MetricsPage(parsing: String(buffer: body)) else {
                throw LoadError("\(url) is no metrics page of consult")
            }
            return page
        } catch let error as LoadError {
            throw error
        } catch {
            throw LoadError("\(url): \(error)")
        }
    }
}
