internal import FoundationEssentials

/// Bytes that survive every mail server (RFC 2045, section 6.8): base64 in lines of 76 characters, ended by CRLF.
enum Base64Lines {
    /// Bytes that make one line.
    private static let lineLength = 57

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count / lineLength * 78 + 78)
        for start in stride(from: 0, to: bytes.count, by: lineLength) {
            output += Data(bytes[start..<min(start + lineLength, bytes.count)]).base64EncodedData()
            output += "\r\n".utf8
        }
        return output
    }
}
