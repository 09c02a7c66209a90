package softadastra.cli;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;

/** Says on standard error what keeps a node that runs from its work: once when that begins, or changes, and when it has passed. */
final class NodeHealth {
    private final boolean json;
    private final Consumer<String> messages;
    private final Supplier<Optional<SoftadastraError>> store;
    private final Supplier<Optional<SoftadastraError>> sync;
    private Optional<SoftadastraError> told = Optional.empty();

    /**
     * Begins with a node that is well.
     *
     * @param json whether it says so in JSON
     * @param messages takes what it says
     * @param store why nothing more is written, for good
     * @param sync why nothing is exchanged at the moment
     */
    NodeHealth(
            boolean json,
            Consumer<String> messages,
            Supplier<Optional<SoftadastraError>> store,
            Supplier<Optional<SoftadastraError>> sync) {
        this.json = json;
        this.messages = messages;
        this.store = store;
        this.sync = sync;
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
        Optional<SoftadastraError> now = sync.get();
        if (!now.map(NodeHealth::kind).equals(told.map(NodeHealth::kind))) {
            told = now;
            messages.accept(now.map(this::failing).orElseGet(this::passed));
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

    private String passed() {
        return json ? new JsonObject().put("recovered", true).toString() : "recovered: operations are exchanged again";
    }
}
