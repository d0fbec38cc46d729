import Database
import Logging
import Mail
import Operations
import Payments

extension Settings {
    /// Whether the database answers, and has what this build needs.
    func examineDatabase() async -> Finding {
        let subject = "database"
        guard self.databaseURL != nil else {
            return Finding(.ok, subject, "none set; `consult serve --embedded` brings its own")
        }
        do {
            let store = try await DataStore.open(self, embedded: false, logger: Logger(label: "consult"))
            let finding: Finding
            do {
                let status = try await store.migrations(self).status()
                let pending = status.count { $0.state == .pending }
                finding =
                    pending == 0
                    ? Finding(.ok, subject, "answers, with \(status.count) migrations")
                    : Finding(.fail, subject, "answers, but lacks \(pending) migrations: run `consult migrate up`")
            } catch {
                finding = Finding(.fail, subject, "\(error); look at CONSULT_DATABASE_URL and at the server")
            }
            await store.close()
            return finding
        } catch {
            return Finding(.fail, subject, "\(error); look at CONSULT_DATABASE_URL")
        }
    }

    /// Whether invoices can be had as PDFs.
    func examineInvoices() -> Finding {
        let subject = "invoices"
        guard let program = PDFRenderer.installed else {
            return Finding(.warn, subject, "no PDFs, HTML only: install WeasyPrint (apt-get install weasyprint)")
        }
        return Finding(.ok, subject, "PDFs are made by \(program)")
    }

    /// Whether the mail server would take mails.
    func examineMail() async -> Finding {
        let subject = "mail"
        do {
            _ = try MailAddress(mailbox: self.mailFrom)
            guard let url = self.smtpURL else {
                return Finding(
                    .warn, subject, "no mail server: mails go to \(self.dataFolder)/mail; set CONSULT_SMTP_URL")
            }
            try await SMTPTransport(try SMTPServer(url: url)).check()
            return Finding(.ok, subject, "the mail server answers")
        } catch {
            return Finding(.fail, subject, "\(error); look at CONSULT_SMTP_URL and CONSULT_MAIL_FROM")
        }
    }
}
