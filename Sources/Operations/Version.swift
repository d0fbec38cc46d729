/// This build's version.
public let consultVersion = "0.1.0"
