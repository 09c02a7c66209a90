package softadastra.sync;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Supplier;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.Unit;
import softadastra.store.CausalContext;
import softadastra.store.Key;
import softadastra.store.OperationId;
import softadastra.store.Replication;
import softadastra.store.Standing;
import softadastra.sync.Refusals.Receipt;
import softadastra.sync.Refusals.Word;
import softadastra.sync.Rejections.Claim;
import softadastra.sync.Rejections.Failure;

/**
 * A node's part in telling writers which of their operations were rejected for good: it repeats what it has rejected itself until the
 * writer has that in its log, notes what others have rejected of its own before it says that it knows, and passes on the rest.
 *
 * <p>For one thread.
 */
@CheckReturnValue
final class Rejecting {

    private final Replication replication;
    private final Membership membership;
    private final InstantSource clock;
    private final Rejections rejections;
    private final Supplier<LastWriteWins> policies;
    private final RejectionRelay relay;

    /** Failures that the application has yet to be told of. */
    private List<Failure> untold;

    /** What the application knows to have gone for want of room. */
    private SyncEvent.RejectionsDropped dropped;

    Rejecting(
            Replication replication,
            Membership membership,
            InstantSource clock,
            Rejections rejections,
            Supplier<LastWriteWins> policies) {
        this.replication = replication;
        this.membership = membership;
        this.clock = clock;
        this.rejections = rejections;
        this.policies = policies;
        this.relay = new RejectionRelay(membership.self().node());
        this.untold = new ArrayList<>(rejections.failures());
        this.dropped = dropped();
    }

    /** Takes note of what a batch that was logged has rejected. */
    void decided(LastWriteWins arbiter) {
        arbiter.rejections().forEach(rejections::add);
        arbiter.inherited().forEach(rejections::inherit);
        arbiter.replaced().forEach(rejections::replaced);
    }

    /** What this node goes without. */
    Missing missing() {
        return rejections.missing();
    }

    /** Has those told whose operations this node goes without from now on, since it has got what stands at somebody who does. */
    private void settle(CausalContext held) {
        List<Rejection> without = new ArrayList<>();
        List<OperationId> past = new ArrayList<>();
        for (Rejection each : rejections.inherited()) {
            if (held.includes(each.id())) {
                List<Standing> standing = replication.standing(each.key()).orElseThrow();
                if (each.isPast(
                        standing,
                        policies.get().keepsAll(each.key()),
                        membership.self().node())) {
                    past.add(each.id());
                } else {
                    without.add(each);
                }
            }
        }
        if (!without.isEmpty()) {
            byte[] note = Rejections.note(without);
            long unused = replication.note(Rejections.NOTE, note).orElseThrow();
            rejections.read(note);
        }
        if (!past.isEmpty()) {
            byte[] note = Rejections.noteReplaced(past);
            long unused = replication.note(Rejections.DONE_NOTE, note).orElseThrow();
            rejections.readDone(note);
        }
    }

    /**
     * Takes in what messages say. Blocks until what concerns this node is durable.
     *
     * @param held what this node holds
     * @param members who takes part
     */
    void hear(List<SyncMessage> messages, CausalContext held, Members members, long now) {
        settle(held);
        Map<Claim, Failure> fresh = new LinkedHashMap<>();
        List<Claim> known = new ArrayList<>();
        List<OperationId> told = new ArrayList<>();
        for (SyncMessage message : messages) {
            NodeId from = message.from().node();
            for (Word word : message.refusals().words()) {
                if (membership.isOwn(word.rejection().id().node())) {
                    if (!held.includes(word.rejection().id())) {
                        // Made up, or lost here: whoever has rejected it repeats it until it is back. It does not come
                        // back from beyond a fence.
                        if (members.refuses(word.rejection().id())) {
                            known.add(new Claim(word.by(), word.rejection().id()));
                        }
                        continue;
                    }
                    Failure failure = new Failure(word.by(), clock.millis(), word.rejection());
                    known.add(failure.claim());
                    if (!rejections.isNoted(failure.claim())) {
                        fresh.putIfAbsent(failure.claim(), failure);
                    }
                } else if (!membership.isOwn(word.by().node())) {
                    relay.pass(from, word, now);
                }
            }
            for (Receipt receipt : message.refusals().receipts()) {
                // It was told in whatever epoch this node had then.
                if (!membership.isOwn(receipt.by().node())) {
                    relay.pass(from, receipt, now);
                } else if (rejections.untold().containsKey(receipt.id())
                        && (held.includes(receipt.id()) || members.refuses(receipt.id()))) {
                    // One that came before those it belongs to will come, and be rejected, again.
                    told.add(receipt.id());
                }
            }
        }
        note(fresh.values(), told);
        known.forEach(relay::confirm);
    }

    private void note(Collection<Failure> fresh, List<OperationId> told) {
        if (!fresh.isEmpty()) {
            byte[] note = Rejections.noteFailures(fresh);
            long unused = replication.note(Rejections.NOTE, note).orElseThrow();
            rejections.read(note);
            untold.addAll(fresh);
        }
        if (!told.isEmpty()) {
            done(told, List.of()).orElseThrow();
        }
    }

    private Result<Unit> done(Collection<OperationId> told, Collection<Claim> dealtWith) {
        byte[] note = Rejections.noteDone(told, dealtWith);
        return replication.note(Rejections.DONE_NOTE, note).map(sequence -> {
            rejections.readDone(note);
            return Unit.UNIT;
        });
    }

    /** Gets ready to tell those that there is a way to. */
    void prepare(SortedSet<NodeId> neighbours, long now) {
        relay.connect(neighbours);
        relay.tell(membership.self(), rejections.untold(), now);
    }

    /** What the next message to a neighbour is to have. */
    Refusals next(NodeId neighbour) {
        return relay.next(neighbour);
    }

    /** Whether there is more to tell. */
    boolean isWaiting() {
        return relay.isWaiting();
    }

    /** What this node has rejected, and the writers have yet to know of. */
    Set<OperationId> untoldOperations() {
        return rejections.untold().keySet();
    }

    /** Which operations of this node have failed. */
    Set<OperationId> failedOperations() {
        return rejections.failed();
    }

    /** The same, with who has rejected them. */
    Collection<Claim> claims() {
        return rejections.failures().stream().map(Failure::claim).toList();
    }

    /** What has failed, and with whom, oldest first. What a fence refuses is nobody's to have, and was written again. */
    List<FailedOperation> failed() {
        return toPublic(rejections.failures());
    }

    /** What has failed and the application is to be told of, each once; what it has not dealt with, after a restart again. */
    List<FailedOperation> tell() {
        List<Failure> all = untold;
        untold = new ArrayList<>();
        return toPublic(all);
    }

    /** That more has gone for want of room than the application knows; once. */
    Optional<SyncEvent> tellDropped() {
        SyncEvent.RejectionsDropped now = dropped();
        boolean more = !now.equals(dropped);
        dropped = now;
        return more ? Optional.of(now) : Optional.empty();
    }

    private SyncEvent.RejectionsDropped dropped() {
        return new SyncEvent.RejectionsDropped(rejections.failuresDropped(), rejections.untoldDropped());
    }

    private List<FailedOperation> toPublic(Collection<Failure> all) {
        return all.stream().filter(this::counts).map(Rejecting::toPublic).toList();
    }

    private boolean counts(Failure failure) {
        return !membership.members().refuses(failure.rejection().id());
    }

    private static FailedOperation toPublic(Failure failure) {
        Rejection rejection = failure.rejection();
        return new FailedOperation(
                rejection.id(),
                rejection.key(),
                rejection.removal(),
                rejection.stamp(),
                failure.by().node(),
                RejectionCode.of(rejection.code()),
                rejection.reason(),
                Instant.ofEpochMilli(failure.sinceMillis()));
    }

    /** Writes an operation that has failed again, as a new one; see {@link SyncEngine#retry}. */
    Result<Unit> retry(OperationId id) {
        Map<Claim, Failure> claims = claims(id);
        if (claims.isEmpty()) {
            return Result.err(notFailed(id));
        }
        Key key = claims.values().iterator().next().rejection().key();
        // In the batch that has the new operation: it is not done twice.
        byte[] note = Rejections.noteDone(List.of(), claims.keySet());
        return replication
                .standing(key)
                .flatMap(standing -> rewrite(key, id, standing, note))
                .flatMap(written -> {
                    if (!written) {
                        return Result.err(notCurrent(id));
                    }
                    rejections.readDone(note);
                    return Result.ok();
                });
    }

    private Result<Boolean> rewrite(Key key, OperationId id, List<Standing> standing, byte[] note) {
        Optional<Standing> current =
                standing.stream().filter(each -> each.id().equals(id)).findFirst();
        return current.isEmpty()
                ? Result.ok(false)
                : replication.rewrite(key, current.get().sequence(), Rejections.DONE_NOTE, note);
    }

    /** Gives up on an operation that has failed. */
    Result<Unit> discard(OperationId id) {
        Map<Claim, Failure> claims = claims(id);
        return claims.isEmpty() ? Result.err(notFailed(id)) : done(List.of(), claims.keySet());
    }

    private Map<Claim, Failure> claims(OperationId id) {
        Map<Claim, Failure> claims = new LinkedHashMap<>();
        rejections.failures().stream()
                .filter(each -> each.rejection().id().equals(id) && counts(each))
                .forEach(each -> claims.put(each.claim(), each));
        return claims;
    }

    static SoftadastraError notFailed(OperationId id) {
        return SoftadastraError.of(ErrorCode.NOT_FOUND, "no failed operation").withContext(id.toString());
    }

    private static SoftadastraError notCurrent(OperationId id) {
        return SoftadastraError.of(
                        ErrorCode.INVALID_STATE,
                        "failed operation is not current any more: something else stands under its key, or beside it; "
                                + "discard it")
                .withContext(id.toString());
    }
}
