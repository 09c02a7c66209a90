package softadastra.transport.http;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import softadastra.core.NodeId;

/**
 * Lets those in who show that they know the secret, and shows them that this side knows it too.
 *
 * <p>Design note: the secret never travels, and nothing depends on the clocks of the two sides, which may be hours apart: each side
 * sends a nonce, each proves to know the secret over both, and a session's key is made of all three. Whoever comes proves first, so
 * that a stranger who asks is shown nothing to try guesses at the secret with. Whoever has recorded a session cannot repeat any of it,
 * but can try guesses; so can a server that a node is made to call. A secret has to be random.
 */
final class Gate {
    private static final int VALID_MILLIS = 30_000;
    private static final int MAX_TURNED = 16;
    private static final long TURNED_NANOS = 60_000_000_000L;

    /**
     * One that was turned away although it knew the secret.
     *
     * @param address where it came from
     * @param node who it said it was
     * @param reason why it was turned away
     * @param at when, by the loop's time
     */
    record Turned(String address, NodeId node, String reason, long at) {}

    private final Identity self;
    private final SecureRandom random;
    private final Nonces nonces;
    private final boolean compressLoopback;
    private final Deque<Turned> turned = new ArrayDeque<>();

    Gate(Identity self, SecureRandom random, boolean compressLoopback) {
        this.self = self;
        this.random = random;
        this.nonces = new Nonces(random, VALID_MILLIS);
        this.compressLoopback = compressLoopback;
    }

    /** Answers a nonce with another. */
    byte[] hello(byte[] body, long now) throws Refusal {
        String theirs =
                Fields.read(body, "nonce").map(fields -> fields.value(0)).orElse("");
        if (!Nonces.isHex(theirs, Protocol.NONCE_DIGITS)) {
            throw new Refusal(400, "a hello is a nonce of " + Protocol.NONCE_DIGITS + " hexadecimal digits");
        }
        return Fields.write("nonce", nonces.give(theirs, now));
    }

    /** Opens a session for whoever asks rightly. */
    Session open(Call call, long now, Ways ways) throws Refusal {
        Fields fields = Fields.read(
                        call.body(), "client-nonce", "server-nonce", "node", "instance", "max-body", "proof")
                .orElseThrow(() -> new Refusal(400, "that is not how a session is asked for"));
        String theirs = fields.value(0);
        String ours = fields.value(1);
        if (!nonces.isValid(ours, theirs, now)) {
            throw new Refusal(401, "not authorised: the nonce is too old, or not from here");
        }
        if (!Secret.same(fields.value(5), self.secret().proof("client", fields.covered()))) {
            throw new Refusal(401, "not authorised: the token there is another one");
        }
        if (!nonces.use(ours, now)) {
            throw new Refusal(409, "replayed: this nonce was used before");
        }
        NodeId node = NodeId.of(fields.value(2)).orElseGet(error -> self.node());
        String instance = fields.value(3);
        long maxBody = fields.number(4);
        boolean wellFormed = node.value().equals(fields.value(2))
                && Nonces.isHex(instance, Protocol.INSTANCE_DIGITS)
                && maxBody >= Protocol.MAX_FIELDS_BYTES;
        if (!wellFormed) {
            throw new Refusal(400, "the node, its instance or the length of its bodies is malformed");
        }
        Optional<Refusal> problem = problem(call, node, instance, ways);
        if (problem.isPresent()) {
            remember(new Turned(address(call), node, problem.get().text(), now));
            throw problem.get();
        }
        return new Session(
                Nonces.fresh(random, Protocol.SESSION_DIGITS / 2),
                node,
                instance,
                address(call),
                self.secret().session(theirs, ours),
                (int) Math.min(maxBody, self.maxBody()),
                new Deflation(compressLoopback || !call.remote().isLoopbackAddress()),
                now);
    }

    /** What a session begins with, for the one that has opened it. */
    byte[] welcome(Session session) {
        String[] lines = {
            "node",
            self.node().value(),
            "instance",
            self.instance(),
            "session",
            session.id,
            "max-body",
            "" + self.maxBody()
        };
        byte[] covered = Fields.write(lines);
        String proof = session.secret.proof("welcome", covered);
        String[] all = java.util.Arrays.copyOf(lines, lines.length + 2);
        all[lines.length] = "proof";
        all[lines.length + 1] = proof;
        return Fields.write(all);
    }

    /** Who was turned away within the last minute. */
    List<Turned> turned(long now) {
        turned.removeIf(one -> now - one.at() > TURNED_NANOS);
        return List.copyOf(turned);
    }

    private Optional<Refusal> problem(Call call, NodeId node, String instance, Ways ways) {
        if (instance.equals(self.instance())) {
            return Optional.of(new Refusal(409, "it is this node itself"));
        }
        if (node.equals(self.node())) {
            return Optional.of(new Refusal(409, "the node here has the id " + node + " too"));
        }
        if (ways.isTaken(node, instance)) {
            return Optional.of(new Refusal(409, "another node with the id " + node + " is there"));
        }
        if (!CertificateNames.allow(call.certificate(), node)) {
            return Optional.of(new Refusal(403, "not authorised: the certificate names other nodes than " + node));
        }
        return Optional.empty();
    }

    private void remember(Turned one) {
        turned.removeIf(other -> other.node().equals(one.node()));
        if (turned.size() >= MAX_TURNED) {
            turned.removeFirst();
        }
        turned.add(one);
    }

    private static String address(Call call) {
        return call.remote().getHostAddress();
    }
}
