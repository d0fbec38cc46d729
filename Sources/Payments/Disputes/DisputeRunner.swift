internal import Database
internal import Events
internal import Logging
public import ServiceLifecycle

/// Does what is due about disputes: at its start what an earlier process has left, then whatever an event or an administrator
/// decides, and what the time asks for. Every hour all disputes are read for what webhooks missed.
public struct DisputeRunner: Service, CustomStringConvertible {
    /// What it is called in the log.
    public let description = "disputes"
    private let desk: DisputeDesk
    private let bell = Wakeup()

    /// A service that does not run yet.
    public init(_ desk: DisputeDesk) { self.desk = desk }

    /// Works until it is told to stop. A request under way then is looked into by the next start.
    public func run() async {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.listen() }
                group.addTask { await self.work() }
                group.addTask { await self.sync() }
            }
        }
    }

    private func listen() async {
        let channels = [DisputeStore.channel]
        for await event in NotificationStream(desk.pool.configuration, channels: channels, logger: desk.logger) {
            switch event {
            case .listening, .notification: bell.ring()
            case .disconnected: break
            }
        }
    }

    private func work() async {
        while !Task.isCancelled {
            let rings = bell.rings
            do {
                if try await desk.step() { continue }
                await bell.sleep(since: rings, atMost: .seconds(5))
            } catch {
                if Task.isCancelled { return }
                desk.logger.warning("disputes cannot be worked on", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(5))
            }
        }
    }

    private func sync() async {
        var (pause, isTroubled) = (Duration.seconds(60), false)
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)
            do {
                try await desk.syncAll()
                (pause, isTroubled) = (.seconds(3600), false)
            } catch {
                if Task.isCancelled { return }
                if !isTroubled {
                    desk.logger.warning("disputes cannot be read", metadata: ["error": "\(error)"])
                }
                (pause, isTroubled) = (.seconds(60), true)
            }
        }
    }
}
