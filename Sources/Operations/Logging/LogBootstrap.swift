import Foundation
public import Logging

/// Sends every logger of the process through `LineLogHandler`, to standard error. To be called once, first of all.
public func bootstrapLogging(level: Logger.Level, format: LogFormat) {
    LoggingSystem.bootstrap(
        { label, provider in
            LineLogHandler(label: label, level: level, format: format, metadataProvider: provider)
        }, metadataProvider: nil)
}

/// Writes a line to standard error, whole; what the pipe's reader no longer takes is lost.
public func writeToStandardError(_ line: String) {
    var line = line
    line.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while !rest.isEmpty {
            let written = write(STDERR_FILENO, rest.baseAddress, rest.count)
            if written < 0 && errno == EINTR { continue }
            if written <= 0 { return }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        }
    }
}
