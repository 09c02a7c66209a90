package softadastra.sync;

import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import softadastra.store.Key;
import softadastra.store.Origin;

/**
 * What an {@link Exchange} does not decide by itself.
 *
 * @param arbiters decides about the operations of a batch
 * @param collector decides which removals may go
 * @param graceMillis how old a removal is before it is worth to be forgotten
 * @param chunkBytes a part of what stands here is ended by what makes it this long
 * @param remembered how many of the operations that were read last are kept in memory, for others and to be sent again
 * @param window how much may be on its way to a member
 * @param converging under which keys nodes that hold the same have the same; empty for a node that may have something else
 * @param restNanos how long sums over what stands here rest before they are worked out anew
 * @param subscription which keys the node is to want; empty for whatever its log says
 * @param covering whether all that an origin wants is here, as far as it is held
 * @param memberships makes what decides who takes part
 * @param retentionNanos a member that nobody has heard of for longer is fenced
 * @param clock the clock that is told to others, for people; nothing rests on it
 */
record ExchangeRules(
        Supplier<LastWriteWins> arbiters,
        Collector collector,
        long graceMillis,
        int chunkBytes,
        int remembered,
        Peer.Window window,
        Optional<Predicate<Key>> converging,
        long restNanos,
        Optional<Subscription> subscription,
        BiPredicate<Subscriptions, Origin> covering,
        Membership.Factory memberships,
        long retentionNanos,
        InstantSource clock) {

    private static final int REMEMBERED = 1024;

    private static final long REST_NANOS = 60_000_000_000L;

    /** The rules for real. */
    static ExchangeRules standard(
            long graceMillis,
            long retentionNanos,
            Policies policies,
            Admitting admission,
            Optional<Subscription> subscription) {
        Policies.Lookup lookup = policies.lookup();
        return new ExchangeRules(
                () -> new PolicyArbiter(lookup, admission),
                new Collector(),
                graceMillis,
                1 << 20,
                REMEMBERED,
                Peer.Window.STANDARD,
                // Who does not take everything has something else, and is not to be mended.
                admission == Admitting.EVERYTHING
                        ? Optional.of(key -> lookup.of(key).converges())
                        : Optional.empty(),
                REST_NANOS,
                subscription,
                Subscriptions::covers,
                Membership::new,
                retentionNanos,
                InstantSource.system());
    }
}
