internal import REST

/// Reads LinkedIn's data export: `Profile.csv`, `Positions.csv` and `Skills.csv`, by their columns' names. Other files of
/// the export are passed over, and so are other columns.
enum LinkedInExport {
    /// The profile that the files make.
    ///
    /// - Throws: ``Problem`` of status 422 that names file and line.
    static func read(_ files: [String: String]) throws(Problem) -> LinkedInProfile {
        var profile = LinkedInProfile()
        var isKnown = false
        // In one order, so that the same files have the same refusal.
        for (name, text) in files.sorted(by: { $0.key < $1.key }) {
            switch name.split(separator: "/").last?.lowercased() {
            case "profile.csv": try readProfile(table(name, text), name, into: &profile)
            case "positions.csv": try readPositions(table(name, text), name, into: &profile)
            case "skills.csv": try readSkills(table(name, text), name, into: &profile)
            default: continue
            }
            isKnown = true
        }
        guard isKnown else {
            throw .invalid("/files", "expected one of Profile.csv, Positions.csv, Skills.csv")
        }
        return profile
    }

    private static func readProfile(_ table: CSV, _ name: String, into profile: inout LinkedInProfile) throws(Problem) {
        let headline = try column("Headline", of: table, name)
        let summary = table.column("Summary")
        guard let record = table.records.first else { throw refusal(name, line: 2, "no profile below the header") }
        profile.headline = record.fields[headline]
        profile.summary = summary.map { record.fields[$0] } ?? ""
    }

    private static func readPositions(
        _ table: CSV, _ name: String, into profile: inout LinkedInProfile
    ) throws(Problem) {
        let company = try column("Company Name", of: table, name)
        let title = try column("Title", of: table, name)
        let (from, to) = (table.column("Started On"), table.column("Finished On"))
        for record in table.records.prefix(LinkedInDocument.mostPositions) {
            func date(_ column: Int?) -> String? { column.flatMap { linkedInDate(record.fields[$0]) } }
            profile.positions.append(
                .init(
                    title: record.fields[title].trimmed(), company: record.fields[company].trimmed(), from: date(from),
                    to: date(to)))
        }
    }

    private static func readSkills(_ table: CSV, _ name: String, into profile: inout LinkedInProfile) throws(Problem) {
        let skill = try column("Name", of: table, name)
        profile.skills += table.records.map { $0.fields[skill] }
    }

    // MARK: Tables

    private static func table(_ name: String, _ text: String) throws(Problem) -> CSV {
        do throws(CSV.Malformed) {
            return try CSV(text)
        } catch {
            throw refusal(name, line: error.line, error.reason)
        }
    }

    private static func column(_ title: String, of table: CSV, _ name: String) throws(Problem) -> Int {
        guard let column = table.column(title) else { throw refusal(name, line: 1, "no column '\(title)'") }
        return column
    }

    private static func refusal(_ name: String, line: Int, _ reason: String) -> Problem {
        let pointer = "/files/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
        return .invalid(pointer, "line \(line): \(reason)")
    }
}
