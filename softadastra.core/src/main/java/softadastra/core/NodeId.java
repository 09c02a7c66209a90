package softadastra.core;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The name of a node: one writer, with one log of its own.
 *
 * <p>A node id is 1 to {@value #MAX_LENGTH} characters out of {@code A-Z a-z 0-9 . _ -}, does not begin with a dot, and
 * is not a device name of Windows such as {@code con} or {@code nul.txt}; so {@code data/<node-id>.wal} is one safe file
 * name on every platform. Ids that differ in case only are different nodes, but may share a file name where the file
 * system ignores case; avoid them.
 *
 * <p>Ids are ordered by their characters' codes, which is the order of their UTF-8 bytes.
 *
 * @param value the text of the id
 */
public record NodeId(String value) implements Comparable<NodeId> {
    /** The largest number of characters, and of UTF-8 bytes, in an id. */
    public static final int MAX_LENGTH = 128;

    private static final Set<String> WINDOWS_DEVICES = Set.of("con", "prn", "aux", "nul");

    /**
     * Makes an id from text that is known to be valid; {@link #of(String)} is for text from outside.
     *
     * @param value the text of the id
     * @throws SoftadastraException with {@link ErrorCode#INVALID_ARGUMENT} where the text is not a valid id
     */
    public NodeId {
        Objects.requireNonNull(value, "value");
        String problem = problemOf(value);
        if (!problem.isEmpty()) {
            throw new SoftadastraException(ErrorCode.INVALID_ARGUMENT, "invalid node id: " + problem);
        }
    }

    /**
     * The id with the given text.
     *
     * @param text the text of the id
     * @return the id, or {@link ErrorCode#INVALID_ARGUMENT} saying what is wrong with the text
     */
    public static Result<NodeId> of(String text) {
        Objects.requireNonNull(text, "text");
        String problem = problemOf(text);
        return problem.isEmpty()
                ? Result.ok(new NodeId(text))
                : Result.err(ErrorCode.INVALID_ARGUMENT, "invalid node id: " + problem);
    }

    /**
     * A random id, {@code node-} and 16 hexadecimal digits, for a node that nobody has named yet.
     *
     * @param random where 64 random bits are taken from; two nodes that draw the same bits get the same id
     * @return the id
     */
    public static NodeId random(RandomGenerator random) {
        return new NodeId("node-" + HexFormat.of().toHexDigits(random.nextLong()));
    }

    private static String problemOf(String text) {
        if (text.isEmpty()) {
            return "node id is empty";
        }
        if (text.length() > MAX_LENGTH) {
            return "longer than " + MAX_LENGTH + " characters";
        }
        if (text.charAt(0) == '.') {
            return "begins with a dot";
        }
        for (int i = 0; i < text.length(); i++) {
            if (!isAllowed(text.charAt(i))) {
                return "character at index " + i + " is none of A-Z a-z 0-9 . _ -";
            }
        }
        return isWindowsDevice(text) ? "reserved file name on Windows" : "";
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }

    private static boolean isWindowsDevice(String text) {
        int dot = text.indexOf('.');
        int length = dot < 0 ? text.length() : dot;
        if (length < 3 || length > 4) {
            return false;
        }
        String base = text.substring(0, length).toLowerCase(Locale.ROOT);
        return WINDOWS_DEVICES.contains(base)
                || (base.length() == 4
                        && (base.startsWith("com") || base.startsWith("lpt"))
                        && Character.isDigit(base.charAt(3)));
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    /** The text of the id. */
    @Override
    public String toString() {
        return value;
    }
}
