package softadastra.cli;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.sync.TransportLink;

/**
 * Says on standard error what keeps a node that runs from its work: once when that begins, or changes, and when it has passed. Of a peer
 * that is not reached, each reason is said once until it is: which one it is may change with each try.
 */
final class NodeHealth {
    /** Nothing is said of a peer before it was found unreached so often: it may be about to answer. */
    static final int LOOKS = 8;

    /** What failed has passed once it was looked for so often in vain: between two tries a step with nothing to write goes well. */
    static final int WELL = 20;

    private final boolean json;
    private final Consumer<String> messages;
    private final Supplier<Optional<SoftadastraError>> store;
    private final Supplier<Optional<SoftadastraError>> sync;
    private final List<String> peers;
    private final Supplier<List<TransportLink>> links;
    private final Map<String, Integer> unreached = new HashMap<>();
    private final Map<String, Set<String>> reasons = new HashMap<>();
    private Optional<SoftadastraError> told = Optional.empty();
    private int well;

    /**
     * Begins with a node that is well.
     *
     * @param json whether it says so in JSON
     * @param messages takes what it says
     * @param store why nothing more is written, for good
     * @param sync why nothing is exchanged at the moment
     * @param peers whom it was told to call
     * @param links the ways to others, as of now
     */
    NodeHealth(
            boolean json,
            Consumer<String> messages,
            Supplier<Optional<SoftadastraError>> store,
            Supplier<Optional<SoftadastraError>> sync,
            List<String> peers,
            Supplier<List<TransportLink>> links) {
        this.json = json;
        this.messages = messages;
        this.store = store;
        this.sync = sync;
        this.peers = List.copyOf(peers);
        this.links = links;
    }

    /**
     * Looks, and says what has changed.
     *
     * @throws SoftadastraException if the store takes nothing more
     */
    void look() {
        Optional<SoftadastraError> lost = store.get();
        if (lost.isPresent()) {
            throw lost.get().toException();
        }
        sync.get().ifPresentOrElse(this::failed, this::wentWell);
        links.get().stream().filter(link -> peers.contains(link.address())).forEach(this::look);
    }

    private void failed(SoftadastraError now) {
        well = 0;
        if (!told.map(NodeHealth::kind).equals(Optional.of(kind(now)))) {
            told = Optional.of(now);
            messages.accept(failing(now));
        }
    }

    private void wentWell() {
        if (told.isPresent() && ++well >= WELL) {
            told = Optional.empty();
            messages.accept(passed());
        }
    }

    private void look(TransportLink link) {
        if (link.up()) {
            unreached.remove(link.address());
            if (reasons.remove(link.address()) != null) {
                messages.accept(reached(link));
            }
        } else if (unreached.merge(link.address(), 1, Integer::sum) >= LOOKS
                && reasons.computeIfAbsent(link.address(), address -> new HashSet<>())
                        .add(link.problem().orElse(""))) {
            messages.accept(unreached(link));
        }
    }

    /** Where it is the same, what differs is no news, such as an offset in the context. */
    private static String kind(SoftadastraError error) {
        return error.code() + " " + error.message();
    }

    private String failing(SoftadastraError error) {
        return json
                ? new JsonObject()
                        .put(
                                "failing",
                                new JsonObject()
                                        .put("code", error.code().name())
                                        .put("message", error.message())
                                        .put("context", error.context()))
                        .toString()
                : "failing: nothing is exchanged, it is tried again: " + Texts.visible(error.display());
    }

    private String unreached(TransportLink link) {
        return json
                ? new JsonObject().put("unreached", SyncText.json(link)).toString()
                : "unreached: " + Texts.visible(link.address())
                        + link.problem()
                                .map(problem -> ": " + Texts.visible(problem))
                                .orElse("") + "; it is tried again";
    }

    private String reached(TransportLink link) {
        return json
                ? new JsonObject().put("reached", SyncText.json(link)).toString()
                : "reached: " + Texts.visible(link.address());
    }

    private String passed() {
        return json ? new JsonObject().put("recovered", true).toString() : "recovered: operations are exchanged again";
    }
}
