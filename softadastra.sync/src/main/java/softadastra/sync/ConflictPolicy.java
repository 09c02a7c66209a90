package softadastra.sync;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import softadastra.store.Key;
import softadastra.store.Standing;
import softadastra.store.Value;

/**
 * What becomes of values that were written to one key by nodes none of which knew the other's. Whoever writes having seen a value
 * replaces it, whatever the policy and whatever the clocks.
 *
 * <p>What was decided is in the log, and stays: another policy decides about what comes from then on. Nodes that are to have the same
 * values must have the same policies. Immutable.
 *
 * <table>
 * <caption>The policies</caption>
 * <tr><th>policy</th><th>what readers see</th><th>do all nodes agree?</th></tr>
 * <tr><td>{@link #LAST_WRITE_WINS}</td><td>the value with the latest stamp; a tie goes by node, epoch and counter. The others are
 *     reported as conflicts</td><td>yes</td></tr>
 * <tr><td>{@link #MANUAL}</td><td>the same; the others stay beside it until something is written to the key</td><td>yes</td></tr>
 * <tr><td>{@link #merging}</td><td>what a function makes of all of them, which stay as well</td><td>yes</td></tr>
 * <tr><td>{@link #KEEP_LOCAL}</td><td>what stood there first, on each node; what came later is reported</td><td>no</td></tr>
 * <tr><td>{@link #KEEP_REMOTE}</td><td>what came last, on each node; what stood there is reported</td><td>no</td></tr>
 * </table>
 */
public final class ConflictPolicy {

    /** The last one in a total order of all operations stands, the same on every node. The default. */
    public static final ConflictPolicy LAST_WRITE_WINS = new ConflictPolicy(Kind.LAST_WRITE_WINS, null);

    /**
     * What stands on a node stays there. Nodes that take each other's values keep different ones, until somebody who has seen one writes
     * again: this does not converge by itself.
     */
    public static final ConflictPolicy KEEP_LOCAL = new ConflictPolicy(Kind.KEEP_LOCAL, null);

    /**
     * What comes from another node takes the place of what stands there. Nodes that take each other's values swap them, until somebody
     * who has seen one writes again: this does not converge by itself.
     */
    public static final ConflictPolicy KEEP_REMOTE = new ConflictPolicy(Kind.KEEP_REMOTE, null);

    /** All of them are kept until the application resolves them, by any write to the key: {@link SyncEngine#resolve}. */
    public static final ConflictPolicy MANUAL = new ConflictPolicy(Kind.MANUAL, null);

    /** What a policy is, apart from its function. */
    enum Kind {
        LAST_WRITE_WINS,
        KEEP_LOCAL,
        KEEP_REMOTE,
        MANUAL,
        MERGE
    }

    /** Makes one value of several that nobody has chosen between. */
    @FunctionalInterface
    public interface Merge {

        /**
         * Merges values. It is to be a function of them alone, the same on every node and in every release of the application, and must
         * return at once: writers wait. Where it throws, or answers more than 8 MiB, the last value is seen.
         *
         * @param key their key
         * @param values one or more, the last one first, in the same order on every node; removals are left out
         * @return the value that readers see; empty for none
         */
        Optional<Value> merge(Key key, List<Value> values);
    }

    private final Kind kind;
    private final @Nullable Merge merge;

    private ConflictPolicy(Kind kind, @Nullable Merge merge) {
        this.kind = kind;
        this.merge = merge;
    }

    /**
     * All of them are kept until something is written to the key, and readers see what a function makes of them. That is recorded, so
     * that what a log says does not depend on the function.
     *
     * @param function see there
     * @return the policy
     */
    public static ConflictPolicy merging(Merge function) {
        return new ConflictPolicy(Kind.MERGE, Objects.requireNonNull(function, "function"));
    }

    Kind kind() {
        return kind;
    }

    /** Whether nodes that hold the same operations show the same. */
    boolean converges() {
        return kind != Kind.KEEP_LOCAL && kind != Kind.KEEP_REMOTE;
    }

    /** Whether operations stand beside each other until somebody writes to the key. */
    boolean keepsAll() {
        return kind == Kind.MANUAL || kind == Kind.MERGE;
    }

    /** What readers see of what stands under a key, the last one first. */
    Optional<Value> merge(Key key, List<Standing> siblings) {
        Merge function = merge;
        List<Value> values =
                siblings.stream().flatMap(each -> each.value().stream()).toList();
        Optional<Value> last = siblings.get(0).value();
        if (function == null || values.isEmpty()) {
            return last;
        }
        try {
            return Objects.requireNonNullElse(function.merge(key, values), last);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            // Whatever it is, it must not keep other operations from being taken.
            return last;
        }
    }

    /** The name, such as {@code KEEP_LOCAL}. */
    @Override
    public String toString() {
        return kind.name();
    }
}
