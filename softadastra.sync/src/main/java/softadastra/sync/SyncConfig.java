package softadastra.sync;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import softadastra.core.CheckReturnValue;
import softadastra.core.Result;
import softadastra.core.Unit;
import softadastra.core.Utf8;
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
 * @param grace how long a removal is remembered at least, also where every member has it; a day to begin with. Nothing comes back
 *     that was removed, however short it is: who has something older is to learn what stands before it is heard
 * @param retention a member that nobody has heard of for longer is fenced, if those who have not heard of it are more than half of
 *     all: it is not waited for any more, and comes back by itself, with what only it has; 30 days to begin with. They are counted
 *     in time that the engine is open and does steps, over all its openings, and by no clock that may be wrong; of the time between
 *     two steps an eighth of it counts at most, and an hour at most
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
        Duration retention,
        Set<String> subscription,
        Map<String, ConflictPolicy> policies,
        Admission admission,
        int largestValue) {

    private static final Duration GRACE = Duration.ofDays(1);

    private static final Duration RETENTION = Duration.ofDays(30);

    /** Nodes hear of each other every few seconds, and of those behind them a little later. */
    private static final Duration LEAST_RETENTION = Duration.ofMinutes(1);

    /** Refuses null, less than a millisecond of grace, a minute of retention, and a negative size. */
    public SyncConfig {
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(discoveryProvider, "discoveryProvider");
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(admission, "admission");
        subscription = Set.copyOf(subscription);
        policies = Map.copyOf(policies);
        if (!subscription.stream().allMatch(Utf8::isWellFormed)) {
            throw new IllegalArgumentException("invalid subscription: a prefix has an unpaired surrogate");
        }
        boolean tooLong = subscription.stream()
                .anyMatch(text -> text.getBytes(StandardCharsets.UTF_8).length > Subscription.MAX_PREFIX_BYTES);
        if (subscription.size() > Subscription.MAX_PREFIXES || tooLong) {
            throw new IllegalArgumentException("invalid subscription: at most " + Subscription.MAX_PREFIXES
                    + " prefixes of at most " + Subscription.MAX_PREFIX_BYTES + " bytes");
        }
        if (largestValue < 0) {
            throw new IllegalArgumentException("invalid largest value: " + largestValue + " is negative");
        }
        if (grace.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("invalid grace: " + grace + " is less than a millisecond");
        }
        if (retention.compareTo(LEAST_RETENTION) < 0) {
            throw new IllegalArgumentException("invalid retention: " + retention + " is less than a minute");
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
                RETENTION,
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
        return with(next -> next.transport = value);
    }

    /**
     * With {@link #discovery} set.
     *
     * @param value whether to look for peers
     * @return the changed copy
     */
    public SyncConfig withDiscovery(boolean value) {
        return with(next -> next.discovery = value);
    }

    /**
     * With {@link #discoveryProvider} set, and {@link #discovery} on.
     *
     * @param name the discovery provider's name
     * @return the changed copy
     */
    public SyncConfig withDiscoveryProvider(String name) {
        return with(next -> {
            next.discovery = true;
            next.discoveryProvider = Optional.of(name);
        });
    }

    /**
     * With {@link #provider} set, and {@link #transport} on.
     *
     * @param name the transport provider's name, such as {@code http}
     * @return the changed copy
     */
    public SyncConfig withProvider(String name) {
        return with(next -> {
            next.transport = true;
            next.provider = Optional.of(name);
        });
    }

    /**
     * With {@link #network} set, and {@link #transport} on.
     *
     * @param value where to listen, and whom to call
     * @return the changed copy
     */
    public SyncConfig withNetwork(TransportConfig value) {
        return with(next -> {
            next.transport = true;
            next.network = value;
        });
    }

    /**
     * With {@link #grace} set.
     *
     * @param value how long a removal is remembered at least
     * @return the changed copy
     * @throws IllegalArgumentException if it is less than a millisecond
     */
    public SyncConfig withGrace(Duration value) {
        return with(next -> next.grace = value);
    }

    /**
     * With {@link #retention} set.
     *
     * @param value how long a member may be silent until it is fenced, in time that this node runs, a minute at least; the same on all
     *     nodes, since it takes more than half of them
     * @return the changed copy
     * @throws IllegalArgumentException if it is less
     */
    public SyncConfig withRetention(Duration value) {
        return with(next -> next.retention = value);
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
     * @throws IllegalArgumentException if there are more, or longer ones, or one has an unpaired surrogate
     */
    public SyncConfig withSubscription(String... prefixes) {
        return with(next -> next.subscription = new LinkedHashSet<>(List.of(prefixes)));
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
        return with(next ->
                next.policies = new Policies(policies).with(prefix, policy).byPrefix());
    }

    /**
     * With {@link #admission} set: what it refuses is rejected for good, and whoever wrote it is told.
     *
     * @param value which operations of other nodes are taken; everything, to begin with
     * @return the changed copy
     */
    public SyncConfig withAdmission(Admission value) {
        return with(next -> next.admission = value);
    }

    /**
     * With {@link #largestValue} set: an operation of another node with a larger one is rejected for good, and whoever wrote it is told;
     * see {@link Admission} for what that means. What is written here is not limited by it.
     *
     * @param bytes how many a value may have; {@link Value#MAX_BYTES} to begin with, which is what stores take
     * @return the changed copy
     * @throws IllegalArgumentException if that is negative
     */
    public SyncConfig withLargestValue(int bytes) {
        return with(next -> next.largestValue = bytes);
    }

    /**
     * Whether what is asked for is there, and may be asked for. It needs no store, so it can be asked before one is opened.
     *
     * @return ok; or PROVIDER_MISSING naming what to add, PROVIDER_AMBIGUOUS naming those there are; or INVALID_ARGUMENT, as of {@link
     *     SyncTransportProvider#check}
     */
    @CheckReturnValue
    public Result<Unit> available() {
        Result<Unit> found = discovery ? Discovery.find(this).map(provider -> Unit.UNIT) : Result.ok();
        return found.flatMap(unit ->
                transport ? SyncTransports.find(this).flatMap(provider -> provider.check(network)) : Result.ok());
    }

    private SyncConfig with(Consumer<Draft> change) {
        Draft next = new Draft();
        change.accept(next);
        return next.config();
    }

    /** This configuration, one component at a time, so that whoever changes one names no other. */
    private final class Draft {
        private boolean transport = SyncConfig.this.transport;
        private boolean discovery = SyncConfig.this.discovery;
        private Optional<String> provider = SyncConfig.this.provider;
        private Optional<String> discoveryProvider = SyncConfig.this.discoveryProvider;
        private TransportConfig network = SyncConfig.this.network;
        private Duration grace = SyncConfig.this.grace;
        private Duration retention = SyncConfig.this.retention;
        private Set<String> subscription = SyncConfig.this.subscription;
        private Map<String, ConflictPolicy> policies = SyncConfig.this.policies;
        private Admission admission = SyncConfig.this.admission;
        private int largestValue = SyncConfig.this.largestValue;

        private SyncConfig config() {
            return new SyncConfig(
                    transport,
                    discovery,
                    provider,
                    discoveryProvider,
                    network,
                    grace,
                    retention,
                    subscription,
                    policies,
                    admission,
                    largestValue);
        }
    }
}
