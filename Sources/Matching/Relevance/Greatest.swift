/// The greatest of many numbers, without sorting all of them: a heap of as many as are wanted, the least on top.
struct Greatest {
    private let limit: Int
    private var heap: [Float] = []

    /// None yet.
    ///
    /// - Parameter limit: how many are kept; at least one.
    init(_ limit: Int) {
        self.limit = max(1, limit)
        heap.reserveCapacity(self.limit)
    }

    /// The least of those that are kept, once there are as many as wanted.
    var least: Float? { heap.count == limit ? heap[0] : nil }

    /// Keeps a number where it is among the greatest so far.
    mutating func offer(_ number: Float) {
        if heap.count < limit {
            heap.append(number)
            var child = heap.count - 1
            while child > 0, heap[(child - 1) / 2] > heap[child] {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else if number > heap[0] {
            heap[0] = number
            sink()
        }
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(parent, child)
            parent = child
        }
    }
}
