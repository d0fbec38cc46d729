import RTP

/// From libnice's socket to one of our own, and back.
extension PeerTransport {
    /// Takes the selected pair over where it is plain UDP; libnice keeps its consent where it is not.
    func followSelectedPair() {
        guard isAlive, let pair = agent.selectedDatagramPair, let local = agent.localCredentials,
            let remote = agent.remoteCredentials
        else {
            leaveDirectPath()
            return agent.keepsChecking(true)
        }
        if let direct, direct.remote == pair.remote, pair.descriptor == directBeside { return }
        leaveDirectPath()
        let credentials = ConnectivityChecks.Credentials(
            local: local, remote: remote, controlling: agent.isControlling)
        guard
            let path = DirectPath(
                beside: pair.descriptor, to: pair.remote, credentials: credentials, checks: context.checks, now: .now()),
            let place = context.watch(path.socket.descriptor, for: self)
        else { return agent.keepsChecking(true) }
        agent.keepsChecking(false)
        direct = path
        directBeside = pair.descriptor
        self.place = place
    }

    func leaveDirectPath() {
        if let place { context.forget(place) }
        place = nil
        direct = nil
    }
}
