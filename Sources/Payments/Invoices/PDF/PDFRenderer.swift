internal import Database
internal import Glibc
internal import Synchronization

/// Makes PDFs of documents with WeasyPrint, one at a time.
///
/// WeasyPrint is a program of its own (Debian: `weasyprint`) and is given the page on its standard input. Pages refer to
/// nothing, so it has nothing to fetch. It is stopped after a time; what waits behind it is limited; the last PDFs are kept in
/// memory by their pages, so that whoever asks again, or opens the mail's and the page's, costs nothing.
public actor PDFRenderer {
    /// Why there is no PDF.
    public enum Failure: Error, Sendable, Hashable {
        /// The program is not installed.
        case missing
        /// Too many wait.
        case busy
        /// It took too long.
        case tooSlow
        /// It ended without a PDF, or with one that is too large.
        case failed

        /// What people are told.
        public var words: String {
            switch self {
            case .missing: "This server makes no PDFs: WeasyPrint is not installed."
            case .busy: "Too many PDFs are being made at the moment."
            case .tooSlow: "The PDF could not be made in time."
            case .failed: "The PDF could not be made."
            }
        }
    }

    /// What a renderer may take.
    public struct Limits: Sendable, Hashable {
        /// How long one PDF may take.
        public var patience = Duration.seconds(15)
        /// How many may be asked for at once, the one that is being made included.
        public var waiting = 5
        /// Bytes of a page.
        public var page = 2 << 20
        /// Bytes of a PDF.
        public var document = 8 << 20
        /// How many PDFs are kept.
        public var kept = 16

        /// Limits that suit one server.
        public init() {}
    }

    /// The program, where there is one.
    public nonisolated let program: String?
    private nonisolated let limits: Limits
    private nonisolated let waiting = Atomic<Int>(0)
    private nonisolated let thread: BlockingThread
    /// The page and its PDF; what was asked for last comes last.
    private var kept: [(page: String, pdf: [UInt8])] = []

    /// The renderer's own thread, which the program is waited for on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// A renderer with this program; nil: there is none, and no PDF is made.
    ///
    /// - Throws: `DatabaseError` where the system has no thread.
    public init(program: String? = PDFRenderer.installed, limits: Limits = Limits()) throws {
        self.program = program
        self.limits = limits
        thread = try BlockingThread(name: "pdf")
    }

    deinit { thread.finish() }

    /// WeasyPrint, where it is installed; nil where it is not.
    public static var installed: String? {
        ["/usr/bin/weasyprint", "/usr/local/bin/weasyprint"].first { access($0, X_OK) == 0 }
    }

    /// The PDF of a document, the same bytes for the same document.
    nonisolated func pdf(of document: Document) async throws(Failure) -> [UInt8] {
        guard let program else { throw .missing }
        let page = document.page.text
        guard page.utf8.count <= limits.page else { throw .failed }
        guard waiting.wrappingAdd(1, ordering: .relaxed).newValue <= limits.waiting else {
            waiting.wrappingSubtract(1, ordering: .relaxed)
            throw .busy
        }
        defer { waiting.wrappingSubtract(1, ordering: .relaxed) }
        return try await render(page, with: program, at: document.date)
    }

    private func render(_ page: String, with program: String, at date: Timestamp) throws(Failure) -> [UInt8] {
        if let index = kept.firstIndex(where: { $0.page == page }) {
            let found = kept.remove(at: index)
            kept.append(found)
            return found.pdf
        }
        let pdf = try PDFProgram(path: program, page: Array(page.utf8), date: date).run(
            within: limits.patience, largest: limits.document)
        kept.append((page, pdf))
        if kept.count > limits.kept { kept.removeFirst() }
        return pdf
    }
}
