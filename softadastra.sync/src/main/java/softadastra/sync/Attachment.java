package softadastra.sync;

import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.core.Unit;
import softadastra.store.RetainedOperations;
import softadastra.store.StoreEngine;

/**
 * The exchange of an engine, and its ways to others, opened once. For whoever has a turn: what is opened calls back from threads of its
 * own, which have to wait until all of it is there.
 */
@CheckReturnValue
final class Attachment {

    /** How long letting go waits until others are told that this node has left. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final StoreEngine store;
    private final ExchangeRules rules;

    /** Without a turn it is only looked at. */
    private volatile @Nullable Ways ways;

    private @Nullable Exchange exchange;
    private boolean opening;

    Attachment(StoreEngine store, ExchangeRules rules) {
        this.store = store;
        this.rules = rules;
    }

    /**
     * Opens the ways to others, and the exchange by them. If that fails, what was opened is to be {@linkplain #detach let go}.
     *
     * @param transport opens the transport
     * @param discovery the discovery that is asked for, if any
     * @param signal run when there may be something to do
     */
    Result<Unit> open(
            Function<TransportHost, Result<SyncTransport>> transport,
            TransportHost host,
            Result<Optional<PeerDiscoveryProvider>> discovery,
            Runnable signal) {
        opening = true;
        try {
            return transport
                    .apply(host)
                    .flatMap(opened -> {
                        Ways reached = new Ways(opened);
                        ways = reached;
                        return reached.begin(discovery, host.node(), signal);
                    })
                    .flatMap(reached -> exchange(reached.transport()));
        } finally {
            opening = false;
        }
    }

    /** What a node wants is for the life of its log, whether or not there is a way to anybody now. */
    Result<Unit> openWithout() {
        return rules.subscription().isEmpty() ? Result.ok() : exchange(new NoTransport());
    }

    private Result<Unit> exchange(SyncTransport transport) {
        return Exchange.open(store, transport, new SplittableRandom(), rules).map(ready -> {
            exchange = ready;
            return Unit.UNIT;
        });
    }

    /**
     * What is known of others. A node without a transport looks into its log when it is asked, and if there may be something; so who
     * has never had a peer pays nothing.
     *
     * @throws SoftadastraException INVALID_STATE, for who is called by what is being opened, on the same thread; an error of the log
     */
    Optional<Exchange> exchange() {
        if (opening) {
            throw new SoftadastraException(ErrorCode.INVALID_STATE, "sync engine is not open yet");
        }
        if (exchange == null && store.replication().isUsed()) {
            Unit unused = exchange(new NoTransport()).orElseThrow();
        }
        return opened();
    }

    /** The same, as far as somebody has asked before. */
    Optional<Exchange> opened() {
        return Optional.ofNullable(exchange);
    }

    /** What is known of others, if there is, or was, anybody. */
    Optional<Exchange> withMembers() {
        return exchange().filter(Exchange::hasMembers);
    }

    /** The ways to others; empty for an engine without a transport. */
    Optional<Ways> ways() {
        return Optional.ofNullable(ways);
    }

    /** How many operations are yet to reach others; where nobody is known, all that there are. */
    Result<Long> outboxSize() {
        return withMembers().map(with -> Result.ok(with.outboxSize())).orElseGet(this::retained);
    }

    /** How many operations of this node the log still has. */
    Result<Long> retained() {
        return store.retainedLocalOperations()
                .map(epochs ->
                        epochs.stream().mapToLong(RetainedOperations::count).sum());
    }

    private static void letGo(Ways reached, boolean left) {
        try {
            boolean unused = left && reached.transport().drain(FAREWELL);
        } finally {
            // Whatever a transport makes of the last word: nobody else closes it.
            reached.close();
        }
    }

    /** Lets go of all of it, and answers what is left to do without a turn. */
    Runnable detach() {
        Optional<Ways> reached = ways();
        Optional<Exchange> with = opened();
        if (reached.isPresent()) {
            // What it could not say is said again: nothing to tell the caller, whose data is in the log.
            var unused = with.map(Exchange::close);
        }
        boolean left = with.filter(each -> each.stage() == Stage.LEFT).isPresent();
        ways = null;
        exchange = null;
        return () -> reached.ifPresent(each -> letGo(each, left));
    }
}
