import Foundation
import Testing

@testable import Operations

@Suite("README.md")
struct ReadmeTests {
    private static let readme: String = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return (try? String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)) ?? ""
    }()

    /// A setting's row in the table.
    private static func row(_ setting: any AnySetting) -> String {
        let file = setting.isSecret ? ", or `\(setting.name)_FILE`" : ""
        return "| `\(setting.name)`\(file) | \(setting.fallbackText) | \(setting.summary) |"
    }

    @Test("It lists every setting as the table has it, and no other")
    func settings() {
        let rows = Self.readme.split(separator: "\n").filter { $0.hasPrefix("| `CONSULT_") }.map(String.init)
        #expect(rows == SettingTable.standard.all.map(Self.row))
    }
}
