import Accounts
import Database
import Events
import Mail
import Operations

/// From what the sidecar's parts say about themselves to what the private port shows.

extension Courier.Metrics {
    var families: [MetricFamily] {
        let outcomes = [("sent", sent), ("failed", failed), ("parked", parked)].map { outcome, count in
            MetricFamily.Series(.number(Double(count)), labels: [.init("outcome", outcome)])
        }
        return [
            MetricFamily(
                "consult_mail_attempts_total", .counter, help: "Attempts to send a mail, by outcome.", series: outcomes)
        ]
    }
}

extension RetentionJob.Metrics {
    var families: [MetricFamily] {
        let kinds = removed.sorted { $0.key < $1.key }.map { kind, count in
            MetricFamily.Series(.number(Double(count)), labels: [.init("kind", kind)])
        }
        return [
            MetricFamily(
                "consult_retention_removed_total", .counter, help: "Rows removed because their time was over.",
                series: kinds),
            .counter("consult_retention_failures_total", help: "Retention rules that failed.", failed),
        ]
    }
}

extension ReaderMetrics {
    func families(of queue: String) -> [MetricFamily] {
        let outcomes = [("delivered", delivered), ("failed", failed), ("parked", parked)].map { outcome, count in
            MetricFamily.Series(.number(Double(count)), labels: [.init("queue", queue), .init("outcome", outcome)])
        }
        return [
            MetricFamily(
                "consult_outbox_deliveries_total", .counter, help: "Events handled here, by queue and outcome.",
                series: outcomes)
        ]
    }
}

extension PoolMetrics {
    var families: [MetricFamily] {
        [
            .gauge("consult_database_connections", help: "Connections to PostgreSQL.", connections),
            .gauge("consult_database_waiting", help: "Callers that wait for a connection.", waiting),
            .counter("consult_database_refused_total", help: "Callers that got no connection in time.", refused),
            .counter("consult_database_conflicts_total", help: "Transactions that started over.", conflicts),
        ]
    }
}

/// What waits in the queues. While the database is away the numbers are missing, not zero.
func queueFamilies(_ pool: DatabasePool) async -> [MetricFamily] {
    var pending: [MetricFamily.Series] = []
    var parked: [MetricFamily.Series] = []
    for queue in [EventQueue.sidecar, .signaling] {
        guard let metrics = try? await Outbox.metrics(of: queue, on: pool) else { return [] }
        pending.append(.init(.number(Double(metrics.pending)), labels: [.init("queue", queue.name)]))
        parked.append(.init(.number(Double(metrics.parked)), labels: [.init("queue", queue.name)]))
    }
    guard let mails = try? await MailOutbox.metrics(on: pool) else { return [] }
    pending.append(.init(.number(Double(mails.pending)), labels: [.init("queue", "mail")]))
    parked.append(.init(.number(Double(mails.parked)), labels: [.init("queue", "mail")]))
    return [
        MetricFamily("consult_outbox_pending", .gauge, help: "Events and mails that wait.", series: pending),
        MetricFamily(
            "consult_outbox_parked", .gauge, help: "Events and mails that failed too often and wait for somebody.",
            series: parked),
    ]
}
