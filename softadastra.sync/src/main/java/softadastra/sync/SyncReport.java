package softadastra.sync;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraError;

/**
 * How a node is getting on with the others, at one moment.
 *
 * @param node its id
 * @param epoch the epoch its operations have
 * @param address where others reach it; empty if it listens nowhere
 * @param entries how many keys have a value
 * @param stage how far it is with taking part
 * @param state how much is yet to reach others
 * @param peers those it knows
 * @param openFences what keeps others from being let in, and those who are on their way back from coming back; by who is fenced
 * @param links the ways to them, as the transport sees them
 * @param conflicts how many conflicts wait for the application
 * @param conflictsDropped how many have gone for want of room before the application had taken them, since the log began
 * @param malformed how many messages were refused since the engine was opened
 * @param malformedProblem what was wrong with the last of them, in words; empty if there was none
 * @param clockAnomalies how many stamps of others were further ahead than this node's clock follows, since the engine was opened; see
 *     {@link SyncEvent.ClockAnomaly}
 * @param forks how many identities were seen to stand for two contents, since the engine was opened; see {@link
 *     SyncEvent.IdentityForked}
 * @param subscription which keys the node wants, as {@link SyncConfig#subscription} has them; empty for all
 * @param failure why nothing is exchanged at the moment; empty if all is well
 */
public record SyncReport(
        NodeId node,
        long epoch,
        Optional<String> address,
        long entries,
        SyncStage stage,
        SyncState state,
        List<PeerState> peers,
        List<OpenFence> openFences,
        List<TransportLink> links,
        long conflicts,
        long conflictsDropped,
        long malformed,
        Optional<String> malformedProblem,
        long clockAnomalies,
        long forks,
        List<String> subscription,
        Optional<SoftadastraError> failure) {

    /** Refuses null. */
    public SyncReport {
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(stage, "stage");
        Objects.requireNonNull(state, "state");
        peers = List.copyOf(peers);
        openFences = List.copyOf(openFences);
        links = List.copyOf(links);
        Objects.requireNonNull(malformedProblem, "malformedProblem");
        subscription = List.copyOf(subscription);
        Objects.requireNonNull(failure, "failure");
    }
}
