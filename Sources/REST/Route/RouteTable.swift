public import HTTPTypes

/// Finds the route of a request: a tree of path segments.
public struct RouteTable: Sendable {
    /// What a method and a path lead to.
    public enum Match: Sendable {
        /// A route, and its path's parameters.
        case found(Route, parameters: [String: String])
        /// The path is known, with these methods.
        case otherMethod([HTTPRequest.Method])
        /// Nothing is there.
        case nothing
    }

    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        var parameter: Int?
        var routes: [(route: Route, names: [String])] = []
    }

    /// Every route, as given.
    public let routes: [Route]
    private var nodes: [Node] = [Node()]

    /// A table. Each method and path is there once; two paths that differ in a parameter's name alone are the same.
    public init(_ routes: [Route]) {
        self.routes = routes
        for route in routes { insert(route) }
    }

    private mutating func insert(_ route: Route) {
        var node = 0
        var names: [String] = []
        for segment in route.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            if segment.hasPrefix("{"), segment.hasSuffix("}") {
                names.append(String(segment.dropFirst().dropLast()))
                node = child(of: node, \.parameter)
            } else {
                node = child(of: node, \.literals[String(segment)])
            }
        }
        guard !nodes[node].routes.contains(where: { $0.route.method == route.method }) else {
            // The table is written in our own code and built once, at the start.
            fatalError("two routes \(route.name)")
        }
        nodes[node].routes.append((route, names))
    }

    private mutating func child(of node: Int, _ place: WritableKeyPath<Node, Int?>) -> Int {
        if let child = nodes[node][keyPath: place] { return child }
        nodes.append(Node())
        nodes[node][keyPath: place] = nodes.count - 1
        return nodes.count - 1
    }

    /// What a request leads to. HEAD is GET's, where it has no route of its own.
    ///
    /// - Parameter path: its segments, percent-decoded.
    public func match(_ method: HTTPRequest.Method, _ path: [String]) -> Match {
        var values: [String] = []
        guard let node = find(path[...], from: 0, &values), !nodes[node].routes.isEmpty else { return .nothing }
        let routes = nodes[node].routes
        let found =
            routes.first { $0.route.method == method }
            ?? (method == .head ? routes.first { $0.route.method == .get } : nil)
        guard let found else {
            var methods = routes.map(\.route.method)
            if methods.contains(.get) { methods.append(.head) }
            return .otherMethod(methods.sorted { $0.rawValue < $1.rawValue })
        }
        let parameters = Dictionary(zip(found.names, values)) { first, _ in first }
        return .found(found.route, parameters: parameters)
    }

    /// Literal segments before parameters, and back where the literal leads nowhere.
    private func find(_ path: ArraySlice<String>, from node: Int, _ values: inout [String]) -> Int? {
        guard let segment = path.first else { return nodes[node].routes.isEmpty ? nil : node }
        if let next = nodes[node].literals[segment], let found = find(path.dropFirst(), from: next, &values) {
            return found
        }
        guard let next = nodes[node].parameter, !segment.isEmpty else { return nil }
        values.append(segment)
        if let found = find(path.dropFirst(), from: next, &values) { return found }
        values.removeLast()
        return nil
    }
}
