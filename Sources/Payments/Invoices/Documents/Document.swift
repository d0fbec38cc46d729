internal import Database

/// A document for people: the same page for the screen, for print, and for the tool that makes a PDF of it. It refers to
/// nothing: no picture, font, script or style of elsewhere.
struct Document {
    /// Names it, and its file.
    let name: String
    /// What stands in the window's title.
    let title: String
    /// The pages.
    let body: HTML
    /// As of when it is: it makes the PDF's own date.
    let date: Timestamp

    /// The page.
    var page: HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        \(body)
        </body>
        </html>

        """
    }

    /// What a browser may do with the page: show it, with its own style.
    static let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

    private static let style: HTML = """
        @page { size: A4; margin: 22mm 20mm; @bottom-right { content: counter(page) " / " counter(pages);
          font: 8pt "DejaVu Sans", sans-serif; color: #5b6472 } }
        * { box-sizing: border-box }
        html { background: #f4f5f7 }
        body { margin: 0; color: #1d2530; font: 10.5pt/1.5 "DejaVu Sans", "Segoe UI", Roboto, Helvetica, Arial, sans-serif }
        article { max-width: 48rem; margin: 2rem auto; padding: 2.5rem; background: #fff; border: 1px solid #dde1e7;
          border-radius: 8px }
        header { display: flex; justify-content: space-between; gap: 2rem; margin-bottom: 2rem }
        h1 { margin: 0; font-size: 19pt; font-weight: 600 }
        .issuer, .party { white-space: pre-line }
        .issuer { text-align: right }
        .muted, dt, th { color: #5b6472 }
        .mark { margin: 0 0 1.5rem; padding: .5rem .8rem; background: #fff6df; border: 1px solid #e6c66b; border-radius: 6px }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: 0 0 1.5rem }
        dd { margin: 0; overflow-wrap: anywhere }
        table { width: 100%; border-collapse: collapse; margin: 0 0 1.5rem }
        th { text-align: left; font-weight: 500; border-bottom: 1px solid #9aa3b0 }
        th, td { padding: .4rem .6rem .4rem 0; vertical-align: top }
        td { border-bottom: 1px solid #eceef2 }
        .amount { padding-right: 0; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
        tfoot td { border-bottom: 0 }
        tfoot .total td { border-top: 1px solid #1d2530; font-weight: 600 }
        tr { break-inside: avoid }
        .notes { margin: 0; padding-left: 1.1rem }
        @media print {
          html { background: none }
          article { max-width: none; margin: 0; padding: 0; border: 0 }
          article + article { break-before: page }
          dl { display: block } dt { float: left; clear: left; width: 9rem } dd { margin-left: 9rem }
        }
        """

    /// A list of names and values.
    static func facts(_ facts: [(name: String, value: String?)]) -> HTML {
        let entries = facts.compactMap { fact in
            fact.value.map { value -> HTML in "<dt>\(fact.name)</dt><dd><bdi>\(value)</bdi></dd>\n" }
        }
        return "<dl>\n\(HTML(entries))</dl>\n"
    }

    /// What is said first where no real money moved.
    static func mark(isSimulated: Bool) -> HTML {
        isSimulated ? "<p class=\"mark\">A trial: no real money has moved, and this is no tax document.</p>\n" : ""
    }

    /// Who somebody is in a document, also after they were erased.
    static func name(_ name: String?) -> String { name ?? "Deleted user" }
}

extension Timestamp {
    /// The day in UTC: `2026-11-26`.
    var day: String { String(description.prefix(10)) }
}
