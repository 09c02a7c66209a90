package softadastra.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import softadastra.core.CheckReturnValue;
import softadastra.core.NodeId;
import softadastra.core.Result;

/** What others have sent to a node: so much of it at a time as one step bears. For one thread. */
@CheckReturnValue
final class Inbox {

    private static final int MAX_RECEIVED = 64;

    /** No more is taken in by one step once it has so many bytes of messages: in memory they are several times as large. */
    private static final int MAX_RECEIVED_BYTES = 4 << 20;

    private final SyncTransport transport;
    private final Predicate<NodeId> isOwn;
    private boolean full;
    private long malformed;
    private Optional<String> problem = Optional.empty();

    /**
     * What comes in by a transport.
     *
     * @param isOwn whether a node is the one that receives: nobody else speaks as that
     */
    Inbox(SyncTransport transport, Predicate<NodeId> isOwn) {
        this.transport = transport;
        this.isOwn = isOwn;
    }

    /** Takes the next messages, in the order in which they came; those that make no sense are counted, and left out. */
    List<SyncMessage> receive() {
        List<SyncMessage> messages = new ArrayList<>();
        long size = 0;
        full = true;
        for (int i = 0; i < MAX_RECEIVED && size < MAX_RECEIVED_BYTES; i++) {
            Optional<byte[]> bytes = transport.receive();
            if (bytes.isEmpty()) {
                full = false;
                break;
            }
            size += bytes.get().length;
            Result<SyncMessage> message = SyncMessageCodec.decode(bytes.get());
            if (message.isErr()) {
                refuse(message.error().message());
            } else if (isOwn.test(message.value().from().node())) {
                refuse("a message of this node, from somebody else");
            } else {
                messages.add(message.value());
            }
        }
        return messages;
    }

    private void refuse(String why) {
        malformed++;
        problem = Optional.of(why);
    }

    /** Whether more may have come in than was taken last. */
    boolean isFull() {
        return full;
    }

    /** How many messages made no sense so far. */
    long malformed() {
        return malformed;
    }

    /** What was wrong with the last of them; empty if there was none. */
    Optional<String> problem() {
        return problem;
    }
}
