import Database
import DatabaseTesting
import Events
import Foundation
import Synchronization
import Testing

@testable import Mail

@Suite("A courier", .timeLimit(.minutes(3))) struct CourierTests {
    let test: TestMail

    init() async throws { test = try await TestMail() }

    /// Runs couriers until `body` returns.
    private func running(_ couriers: [Courier], _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for courier in couriers { group.addTask { await courier.run() } }
            try await body()
            group.cancelAll()
        }
    }

    @Test("sends what was committed, and nothing else")
    func transactional() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let courier = try test.courier(try FolderTransport(folder: folder.path))
        let email = try test.email()
        try await test.pool.withTransaction { transaction in
            try await MailOutbox.append(email, in: transaction)
            #expect(try await !courier.deliverNext())
        }
        await #expect(throws: CancellationError.self) {
            try await test.pool.withTransaction { transaction in
                try await MailOutbox.append(email, in: transaction)
                throw CancellationError()
            }
        }
        #expect(try await courier.deliverNext())
        #expect(try await !courier.deliverNext())
        #expect(try folder.mails().count == 1)
        #expect(courier.metrics == Courier.Metrics(sent: 1, failed: 0, parked: 0))
    }

    @Test("makes what a mail encloses when it is sent, tries again where that fails, and parks what nobody can make")
    func enclosures() async throws {
        let email = try Email(
            to: MailAddress("ada@example.org"), subject: "A file", text: "See the file.", enclosure: "file 1")
        try await test.append(email)
        let asked = Mutex<[String]>([])
        let sent = Mutex<[[MailAttachment]]>([])
        let transport = ScriptedTransport { mail throws(MailError) in sent.withLock { $0.append(mail.attachments) } }
        let courier = Courier(
            on: test.pool, transport: transport, configuration: .init(sender: try MailAddress("a@consult.example")),
            logger: .quiet
        ) { name throws(MailError) in
            let count = asked.withLock { asked in
                asked.append(name)
                return asked.count
            }
            guard count > 1 else { throw MailError(.unavailable, "not yet") }
            return [try MailAttachment(name: "1.txt", mediaType: "text/plain", content: [1, 2, 3])]
        }
        #expect(try await courier.deliverNext())
        #expect(sent.withLock { $0.isEmpty } && courier.metrics.failed == 1)
        try await test.pool.query("UPDATE mail_outbox SET due_at = clock_timestamp()")
        #expect(try await courier.deliverNext())
        #expect(asked.withLock { $0 } == ["file 1", "file 1"])
        #expect(sent.withLock { $0.map { $0.map(\.content) } } == [[[1, 2, 3]]])

        try await test.append(email)
        let ignorant = try test.courier(transport)
        #expect(try await ignorant.deliverNext())
        #expect(ignorant.metrics.parked == 1 && sent.withLock { $0.count } == 1)
    }

    @Test("is woken, writes files in their order, tells the link, and forgets what the mails said")
    func folder() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let links = Mutex<[String?]>([])
        let gate = Gate()
        let transport = try FolderTransport(folder: folder.path + "/new/mail") { written in
            links.withLock { $0.append(written.link) }
            #expect(FileManager.default.fileExists(atPath: written.path))
            gate.pass()
        }
        let courier = try test.courier(transport) { $0.interval = .seconds(600) }
        try await running([courier]) {
            for number in 1...3 {
                try await test.append(
                    test.email("user\(number)@example.org", link: "https://x.example/#token=\(number)"))
                await gate.wait(for: number)
            }
            while try await test.metrics().pending > 0 { await Task.yield() }
        }
        #expect(links.withLock { $0 } == (1...3).map { "https://x.example/#token=\($0)" })
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/new/mail").sorted()
        #expect(files.count == 3 && files.allSatisfy { $0.hasSuffix(".eml") && !$0.hasPrefix(".") })
        for (number, file) in files.enumerated() {
            let text = try String(contentsOfFile: folder.path + "/new/mail/" + file, encoding: .utf8)
            #expect(text.contains("To: \"Ada\" <user\(number + 1)@example.org>\r\n"))
            let permissions = try FileManager.default.attributesOfItem(atPath: folder.path + "/new/mail/" + file)
            #expect(permissions[.posixPermissions] as? Int == 0o600)
        }
        let kept = try await test.pool.query(
            "SELECT FROM mail_outbox WHERE text_body <> '' OR html_body IS NOT NULL OR link IS NOT NULL")
        #expect(kept.isEmpty)
        #expect(try await test.metrics() == MailMetrics(pending: 0, parked: 0, sent: 3, oldestAge: nil))
        #expect(!test.log.all.contains("@") && !test.log.all.contains("token"))
    }

    @Test("tries again what failed for a passing reason, and then parks it until somebody puts it back")
    func retries() async throws {
        let isWell = Mutex(false)
        let transport = ScriptedTransport { _ throws(MailError) in
            if !isWell.withLock({ $0 }) { throw MailError(.unavailable, "greylisted") }
        }
        let courier = try test.courier(transport)
        let id = try await test.append(test.email())
        while try await test.metrics().parked == 0 { try await courier.deliverNext() }
        #expect(courier.metrics == Courier.Metrics(sent: 0, failed: 3, parked: 1))
        let parked = try await MailOutbox.parked(on: test.pool)
        #expect(parked.map(\.id) == [id] && parked[0].attempts == 3 && parked[0].lastError == "unavailable: greylisted")
        #expect(try await !courier.deliverNext())
        isWell.withLock { $0 = true }
        #expect(try await MailOutbox.unpark(id, on: test.pool))
        #expect(try await !MailOutbox.unpark(id, on: test.pool))
        #expect(try await courier.deliverNext())
        #expect(try await test.metrics().sent == 1)
        #expect(test.log.all.contains("\(id)") && !test.log.all.contains("@"))
    }

    @Test("parks at once what is refused for good, and what the row cannot be made into")
    func refusals() async throws {
        let courier = try test.courier(
            ScriptedTransport { _ throws(MailError) in throw MailError(.refused, "550 5.1.1") })
        try await test.append(test.email())
        #expect(try await courier.deliverNext())
        try await test.pool.query(
            "INSERT INTO mail_outbox (id, recipient, subject, text_body) VALUES (\(MailID()), 'nobody', 'x', 'y')")
        #expect(try await courier.deliverNext())
        #expect(try await MailOutbox.parked(on: test.pool).map(\.attempts) == [1, 1])
        #expect(courier.metrics == Courier.Metrics(sent: 0, failed: 2, parked: 2))
    }

    @Test("waits before another attempt, and sends the others meanwhile")
    func backoff() async throws {
        let attempts = Mutex<[String]>([])
        let transport = ScriptedTransport { mail throws(MailError) in
            let address = mail.email.recipient.address
            attempts.withLock { $0.append(address) }
            if address == "bad@example.org" { throw MailError(.unavailable, "not now") }
        }
        let courier = try test.courier(transport) {
            $0.retry.first = .seconds(600)
            $0.retry.longest = .seconds(600)
        }
        for name in ["bad", "good", "better"] { try await test.append(test.email("\(name)@example.org")) }
        while try await courier.deliverNext() {}
        #expect(attempts.withLock { $0 } == ["bad@example.org", "good@example.org", "better@example.org"])
        #expect(try await test.metrics().pending == 1)
    }

    @Test("that dies between sending and marking leaves the mail to the next, who sends the same bytes")
    func crash() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let inFolder = try FolderTransport(folder: folder.path)
        let sent = Mutex<[[UInt8]]>([])
        let pool = test.pool
        let transport = ScriptedTransport { mail throws(MailError) in
            try await inFolder.deliver(mail)
            let isFirst = sent.withLock { sent in
                sent.append(mail.rendered())
                return sent.count == 1
            }
            guard isFirst else { return }
            do {
                let killed = try await pool.query(
                    """
                    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                    WHERE datname = current_database() AND state = 'idle in transaction'
                    """)
                #expect(killed.count == 1)
            } catch {
                Issue.record(error)
            }
        }
        try await test.append(test.email(link: "https://x.example/#token=1"))
        await #expect(throws: DatabaseError.self) { try await test.courier(transport).deliverNext() }
        #expect(try await test.metrics().pending == 1)
        #expect(try await test.courier(transport).deliverNext())
        #expect(try await test.metrics().sent == 1)
        let copies = sent.withLock { $0 }
        #expect(copies.count == 2 && copies[0] == copies[1])
        #expect(try folder.mails().count == 1)
    }

    @Test("brings an attempt to its end when it is told to stop")
    func stopping() async throws {
        let (entered, release) = (Gate(), Gate())
        let transport = ScriptedTransport { _ throws(MailError) in
            entered.pass()
            await release.wait()
        }
        let courier = try test.courier(transport)
        try await test.append(test.email())
        try await test.append(test.email())
        let task = Task { await courier.run() }
        await entered.wait()
        task.cancel()
        release.pass()
        await task.value
        #expect(entered.count == 1)
        let metrics = try await test.metrics()
        #expect(metrics.sent == 1 && metrics.pending == 1)
    }

    @Test("shares the outbox with others: each mail is sent once")
    func together() async throws {
        let counts = Mutex<[MailID: Int]>([:])
        let gate = Gate()
        let transport = ScriptedTransport { mail throws(MailError) in
            counts.withLock { $0[mail.id, default: 0] += 1 }
            gate.pass()
        }
        let email = try test.email()
        try await test.pool.withTransaction { transaction in
            for _ in 0..<100 { try await MailOutbox.append(email, in: transaction) }
        }
        let couriers = try (0..<3).map { _ in try test.courier(transport) { $0.lanes = 2 } }
        try await running(couriers) {
            await gate.wait(for: 100)
            while try await test.metrics().sent < 100 { await Task.yield() }
        }
        #expect(counts.withLock { $0.count == 100 && $0.values.allSatisfy { $0 == 1 } })
        #expect(couriers.map(\.metrics.sent).reduce(0, +) == 100)
    }

    @Test("removes what was settled long ago, and nothing that waits")
    func retention() async throws {
        let courier = try test.courier(ScriptedTransport { _ throws(MailError) in })
        try await test.append(test.email())
        try await courier.deliverNext()
        try await test.append(test.email())
        #expect(try await MailOutbox.removeSettled(olderThan: .seconds(3600), on: test.pool) == 0)
        #expect(try await MailOutbox.removeSettled(olderThan: .seconds(-60), on: test.pool) == 1)
        #expect(try await test.metrics().pending == 1)
        #expect(try await test.metrics().oldestAge.map { $0 > .zero && $0 < .seconds(60) } == true)
    }

    @Test("says that a folder is not writable, without the mail's address")
    func badFolder() async throws {
        let folder = try TemporaryFolder()
        let transport = try FolderTransport(folder: folder.path + "/mail")
        folder.remove()
        try await test.append(test.email())
        let courier = try test.courier(transport)
        #expect(try await courier.deliverNext())
        #expect(test.log.all.contains("No such file") && !test.log.all.contains("@"))
        try "".write(toFile: folder.path, atomically: true, encoding: .utf8)
        #expect(throws: MailError.self) { try FolderTransport(folder: folder.path + "/mail") }
        try FileManager.default.removeItem(atPath: folder.path)
    }
}
