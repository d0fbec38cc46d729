import Billing
import Database
import Identifiers
import Money
import TestSupport

/// A random call with a random fate, from accept until nothing is left to do.
struct History {
    /// What may go wrong, each in so many of a hundred.
    struct Faults {
        var lost = 0
        var late = 0
        var doubled = 0
        var crashes = 0
        var expiries = 0
        var corrections = 0
    }

    private enum Delivery {
        case request(ChargeStep)
        case event(ChargeMachine.Event)
    }

    let terms: ChargeTerms
    private(set) var machine: ChargeMachine
    private(set) var processor = Processor()
    private(set) var booked: [String: ChargeMachine.Booking.Movement] = [:]
    private(set) var complaints: [String] = []
    private(set) var horizon: Int
    private(set) var settlements: [ChargeSummary] = []
    private(set) var media = 0
    /// Whether time was struck after all was settled.
    private(set) var isStruck = false
    private(set) var final = BillableTime()
    private var random: SeededGenerator
    private var faults: Faults
    private var now = 0
    private var queue: [(due: Int, epoch: Int, Delivery)] = []
    /// Grows with each crash: what was on its way back to the old process is gone.
    private var epoch = 0
    private var unpaidSince: Int?

    init(seed: UInt64, faults: Faults, declines: Int, errors: Int, session: SessionID) throws {
        random = SeededGenerator(seed: seed)
        self.faults = faults
        let rate = Money(amount: Int64(9100 + random.below(60_000)), currency: .usd)
        let window = 20 + random.below(3) * 10
        terms = try ChargeTerms(
            prices: try Prices(rate: rate, feeBasisPoints: random.below(4) == 0 ? random.below(5000) : 1500),
            thresholdSeconds: random.below(3) == 0 ? 10 + random.below(50) : window, windowSeconds: window,
            patienceSeconds: random.below(5), unsettledWindows: random.below(3))
        machine = ChargeMachine(session: session, terms: terms)
        horizon = terms.thresholdSeconds
        processor.declines = declines
        processor.errors = errors
    }

    mutating func run() throws {
        try handle(.accepted)
        let length = random.below(4) == 0 ? random.below(25) : random.below(200)
        let grace = 5
        while now < length {
            try pass(1)
            guard random.below(20) > 0 else { continue }
            if media < horizon {
                media += 1
                unpaidSince = nil
            } else {
                unpaidSince = unpaidSince ?? now
                if now - (unpaidSince ?? now) >= grace { break }
                media += 1
            }
            if random.below(4) == 0 || media == terms.thresholdSeconds { try handle(.progress(time(media))) }
            if random.below(25) == 0 { try handle(.customerActed) }
            if random.below(100) < faults.expiries, let name = processor.held.randomElement(using: &random) {
                processor.expire(name)
                let event = Event.observed(window: name.window, attempt: name.attempt, .cancelled)
                if random.below(2) == 0 { queue.append((now + random.below(30), .max, .event(event))) }
            }
        }
        final = time(random.below(100) < faults.corrections ? max(0, media - random.below(30)) : media)
        if random.below(100) < faults.corrections {
            let start = random.below(max(1, media))
            final.merge(BillableTime(unbilled: [start..<(start + random.below(40))]))
        }
        try handle(.ended(final))
        try drain()
        if random.below(4) == 0 {
            try handle(.ended(BillableTime(mediaSeconds: media + 50, unbilled: [0..<random.below(30)])))
            final = BillableTime(mediaSeconds: final.mediaSeconds, unbilled: machine.time.unbilled)
            try drain()
            isStruck = true
        }
    }

    private func time(_ second: Int) -> BillableTime { BillableTime(mediaSeconds: second) }

    /// Lets time pass until nothing is on its way and nothing is due; the faults end at some time.
    private mutating func drain() throws {
        let start = now
        while !queue.isEmpty || machine.due != nil {
            if now > start + 600 {
                faults = Faults()
                processor.errors = 0
            }
            guard now < start + 200_000 else {
                complaints.append("does not end: \(machine)")
                return
            }
            let dues = queue.map(\.due) + (machine.due.map { [Int($0.microseconds / 1_000_000)] } ?? [])
            try pass(max(1, (dues.min() ?? now) - now))
        }
    }

    private mutating func pass(_ seconds: Int) throws {
        now += seconds
        while let index = queue.indices.filter({ queue[$0].due <= now }).randomElement(using: &random) {
            let (_, sender, delivery) = queue.remove(at: index)
            switch delivery {
            case .request(let step):
                let answer = processor.send(step, &random)
                tell(.answered(key: step.key, answer), sender)
                announce(step)
            case .event(let event):
                if sender == epoch || sender == .max { try handle(event) }
            }
        }
        if let due = machine.due, due.microseconds <= Int64(now) * 1_000_000 { try handle(.tick) }
    }

    /// A webhook: lost, late, or twice.
    private mutating func announce(_ step: ChargeStep) {
        guard case .fact(let fact) = processor.find(step) else { return }
        for _ in 0..<(random.below(3)) {
            queue.append(
                (now + random.below(120), .max, .event(.observed(window: step.window, attempt: step.attempt, fact))))
        }
    }

    /// An answer on its way back: lost, late, or twice.
    private mutating func tell(_ event: ChargeMachine.Event, _ sender: Int) {
        if random.below(100) < faults.lost {
            if random.below(2) == 0, case .answered(let key, _) = event {
                queue.append((now + 10, sender, .event(.answered(key: key, .unknown))))
            }
            return
        }
        let late = random.below(100) < faults.late ? random.below(45) : random.below(2)
        queue.append((now + late, sender, .event(event)))
        if random.below(100) < faults.doubled { queue.append((now + random.below(90), sender, .event(event))) }
    }

    /// One transaction: the machine and what follows of it are stored together, or not at all.
    private mutating func handle(_ event: ChargeMachine.Event) throws {
        var next = machine
        let actions = next.handle(event, now: Timestamp(secondsSince1970: Int64(now)))
        if random.below(100) < faults.crashes {
            // Before the commit: the event comes again to the next process.
            try restart()
            try handle(event)
            return
        }
        machine = next
        commit(actions)
        if random.below(100) < faults.crashes {
            // After the commit, before anything is sent.
            try restart()
            return
        }
        execute(actions)
    }

    private mutating func restart() throws {
        epoch += 1
        machine = try JSONText(encoding: machine).decode(as: ChargeMachine.self)
        let actions = machine.handle(.resumed, now: Timestamp(secondsSince1970: Int64(now)))
        commit(actions)
        execute(actions)
    }

    private mutating func commit(_ actions: [Action]) {
        for action in actions {
            switch action {
            case .book(let booking):
                if booked.updateValue(booking.movement, forKey: booking.source) != nil {
                    complaints.append("\(booking.source) is booked twice")
                }
            case .grant(let granted, _):
                if granted < horizon { complaints.append("the horizon goes back") }
                horizon = granted
            case .settle(let summary): settlements.append(summary)
            case .send, .inquire, .warn: break
            }
        }
    }

    private mutating func execute(_ actions: [Action]) {
        for action in actions {
            switch action {
            case .send(let step):
                // Lost on its way, or up to 45 s under way: longer than any timeout of the gateway's.
                if random.below(100) < faults.lost { continue }
                let late = random.below(100) < faults.late ? random.below(45) : random.below(2)
                queue.append((now + late, epoch, .request(step)))
            case .inquire(let step): tell(.found(key: step.key, processor.find(step)), epoch)
            case .grant, .warn, .book, .settle: break
            }
        }
    }
}
