package softadastra.sync;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import softadastra.core.CheckReturnValue;
import softadastra.core.Result;
import softadastra.core.Unit;
import softadastra.store.Value;

/**
 * How a node synchronises. Immutable; each {@code with...} answers a changed copy.
 *
 * <p>Local work needs neither a transport nor a way to discover peers; both are off to begin with. Asking for one that is not there
 * fails when the engine is opened, and says what is missing.
 *
 * @param transport whether to exchange operations with peers
 * @param discovery whether to look for peers that are not configured; this release comes with nothing that can. What is found is
 *     called by the transport, so that is needed too
 * @param provider the transport provider's name, rather than the only one there is
 * @param discoveryProvider the discovery provider's name, rather than the only one there is
 * @param network where to listen, and whom to call
 * @param grace how long a removal is remembered at least, also where every member has it; 30 days to begin with. A node that comes
 *     for the first time with writes of its own that are older than removals which are forgotten by then may bring those values back
 * @param subscription which keys to have here: those that begin with one of these texts; empty for whatever the log was begun with,
 *     and that is all keys to begin with. See {@link #withSubscription}
 * @param policies what becomes of concurrent values, by what their keys begin with; see {@link #withPolicy}
 * @param admission which operations of other nodes are taken; see {@link #withAdmission}
 * @param largestValue how many bytes a value of another node may have; see {@link #withLargestValue}
 */
public record SyncConfig(
        boolean transport,
        boolean discovery,
        Optional<String> provider,
        Optional<String> discoveryProvider,
        TransportConfig network,
        Duration grace,
        Set<String> subscription,
        Map<String, ConflictPolicy> policies,
        Admission admission,
        int largestValue) {

    private static final Duration GRACE = Duration.ofDays(30);

    /** Refuses null, less than a millisecond of grace, and a negative size. */
    public SyncConfig {
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(discoveryProvider, "discoveryProvider");
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(admission, "admission");
        subscription = Set.copyOf(subscription);
        policies = Map.copyOf(policies);
        boolean tooLong = subscription.stream()
                .anyMatch(text -> text.getBytes(StandardCharsets.UTF_8).length > Subscription.MAX_PREFIX_BYTES);
        if (subscription.size() > Subscription.MAX_PREFIXES || tooLong) {
            throw new IllegalArgumentException("invalid subscription: at most " + Subscription.MAX_PREFIXES
                    + " prefixes of at most " + Subscription.MAX_PREFIX_BYTES + " bytes");
        }
        if (largestValue < 0) {
            throw new IllegalArgumentException("invalid largest value: " + largestValue + " is negative");
        }
        if (grace.toMillis() < 1) {
            throw new IllegalArgumentException("invalid grace: " + grace + " is less than a millisecond");
        }
    }

    /**
     * Tracks what is written here, and talks to nobody.
     *
     * @return the configuration
     */
    public static SyncConfig local() {
        return new SyncConfig(
                false,
                false,
                Optional.empty(),
                Optional.empty(),
                TransportConfig.none(),
                GRACE,
                Set.of(),
                Map.of(),
                Admission.EVERYTHING,
                Value.MAX_BYTES);
    }

    /**
     * With {@link #transport} set.
     *
     * @param value whether to exchange operations with peers
     * @return the changed copy
     */
    public SyncConfig withTransport(boolean value) {
        return new SyncConfig(
                value,
                discovery,
                provider,
                discoveryProvider,
                network,
                grace,
                subscription,
                policies,
                admission,
                largestValue);
    }

    /**
     * With {@link #discovery} set.
     *
     * @param value whether to look for peers
     * @return the changed copy
     */
    public SyncConfig withDiscovery(boolean value) {
        return new SyncConfig(
                transport,
                value,
                provider,
                discoveryProvider,
                network,
                grace,
                subscription,
                policies,
                admission,
                largestValue);
    }

    /**
     * With {@link #discoveryProvider} set, and {@link #discovery} on.
     *
     * @param name the discovery provider's name
     * @return the changed copy
     */
    public SyncConfig withDiscoveryProvider(String name) {
        return new SyncConfig(
                transport,
                true,
                provider,
                Optional.of(name),
                network,
                grace,
                subscription,
                policies,
                admission,
                largestValue);
    }

    /**
     * With {@link #provider} set, and {@link #transport} on.
     *
     * @param name the transport provider's name, such as {@code http}
     * @return the changed copy
     */
    public SyncConfig withProvider(String name) {
        return new SyncConfig(
                true,
                discovery,
                Optional.of(name),
                discoveryProvider,
                network,
                grace,
                subscription,
                policies,
                admission,
                largestValue);
    }

    /**
     * With {@link #network} set, and {@link #transport} on.
     *
     * @param value where to listen, and whom to call
     * @return the changed copy
     */
    public SyncConfig withNetwork(TransportConfig value) {
        return new SyncConfig(
                true,
                discovery,
                provider,
                discoveryProvider,
                value,
                grace,
                subscription,
                policies,
                admission,
                largestValue);
    }

    /**
     * With {@link #grace} set.
     *
     * @param value how long a removal is remembered at least
     * @return the changed copy
     */
    public SyncConfig withGrace(Duration value) {
        return new SyncConfig(
                transport,
                discovery,
                provider,
                discoveryProvider,
                network,
                value,
                subscription,
                policies,
                admission,
                largestValue);
    }

    /**
     * With {@link #subscription} set: others tell this node only of keys that begin with one of these texts, and that there was
     * something else. What it writes to other keys goes to them all the same, and then stands here as it was written, whatever others
     * make of it.
     *
     * <p>A subscription is chosen before the log has anything of others, and is for its life: {@link SyncEngine#open} refuses another
     * one. Somebody has to have what it leaves out: connect such nodes to ones that subscribe to all of it, as a rule to everything.
     *
     * @param prefixes the texts, 64 of 256 bytes at most; the empty one for all keys; none for whatever the log was begun with
     * @return the changed copy
     */
    public SyncConfig withSubscription(String... prefixes) {
        return new SyncConfig(
                transport,
                discovery,
                provider,
                discoveryProvider,
                network,
                grace,
                new LinkedHashSet<>(List.of(prefixes)),
                policies,
                admission,
                largestValue);
    }

    Optional<Subscription> subscribed() {
        return subscription.isEmpty() ? Optional.empty() : Optional.of(Subscription.of(subscription));
    }

    /**
     * With a policy for the keys that begin with a text. Of several, the longest decides; {@link ConflictPolicy#LAST_WRITE_WINS} where
     * there is none. Nodes that are to have the same values must have the same policies.
     *
     * @param prefix the text; empty for all keys
     * @param policy what becomes of values that were written to such a key by nodes none of which knew the other's
     * @return the changed copy
     */
    public SyncConfig withPolicy(String prefix, ConflictPolicy policy) {
        return new SyncConfig(
                transport,
                discovery,
                provider,
                discoveryProvider,
                network,
                grace,
                subscription,
                new Policies(policies).with(prefix, policy).byPrefix(),
                admission,
                largestValue);
    }

    /**
     * With {@link #admission} set: what it refuses is rejected for good, and whoever wrote it is told.
     *
     * @param value which operations of other nodes are taken; everything, to begin with
     * @return the changed copy
     */
    public SyncConfig withAdmission(Admission value) {
        return new SyncConfig(
                transport,
                discovery,
                provider,
                discoveryProvider,
                network,
                grace,
                subscription,
                policies,
                value,
                largestValue);
    }

    /**
     * With {@link #largestValue} set: an operation of another node with a larger one is rejected for good, and whoever wrote it is told;
     * see {@link Admission} for what that means. What is written here is not limited by it.
     *
     * @param bytes how many a value may have; {@link Value#MAX_BYTES} to begin with, which is what stores take
     * @return the changed copy
     */
    public SyncConfig withLargestValue(int bytes) {
        return new SyncConfig(
                transport,
                discovery,
                provider,
                discoveryProvider,
                network,
                grace,
                subscription,
                policies,
                admission,
                bytes);
    }

    /**
     * Whether what is asked for is there. It needs no store, so it can be asked before one is opened.
     *
     * @return ok; or PROVIDER_MISSING naming what to add, PROVIDER_AMBIGUOUS naming those there are
     */
    @CheckReturnValue
    public Result<Unit> available() {
        Result<Unit> found = discovery ? Discovery.find(this).map(provider -> Unit.UNIT) : Result.ok();
        return found.flatMap(unit -> transport ? SyncTransports.find(this).map(provider -> Unit.UNIT) : Result.ok());
    }
}
