package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.CausalContext;
import softadastra.store.Effect;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationId;
import softadastra.store.OperationRecord;
import softadastra.store.Origin;
import softadastra.store.Replication;
import softadastra.store.Standing;
import softadastra.store.Value;
import softadastra.wal.spi.WalRecordType;

/**
 * {@code docs/sync.md} and {@code docs/sync-format.md} have the forms that the code has: of messages, of records and of notes. The
 * message that is worked out there is one, field by field.
 *
 * <p>With the system property {@code softadastra.golden=write} the bytes of the example are written anew; the fields are by hand.
 */
class SyncDocumentTest {

    private static final Path ROOT =
            Path.of(System.getProperty("basedir", ""), "..").normalize();
    private static final Path PROTOCOL = ROOT.resolve("docs").resolve("sync.md");
    private static final Path FORMAT = ROOT.resolve("docs").resolve("sync-format.md");
    private static final Origin HUB = new Origin(NodeId.of("hub").orElseThrow(), 0x1111);
    private static final Origin OLD_LAB = new Origin(NodeId.of("lab").orElseThrow(), 0x2222);
    private static final Origin LAB = new Origin(NodeId.of("lab").orElseThrow(), 0x3333);
    private static final Origin TILL = new Origin(NodeId.of("till").orElseThrow(), 0x4444);
    private static final long MILLIS = 1_767_225_600_000L;
    private static final Members MEMBERS =
            new Members(new TreeSet<>(List.of(HUB, OLD_LAB, LAB, TILL)), new TreeMap<>(Map.of(OLD_LAB, 3L)));

    private static Vector vector(Map<Origin, Long> counters) {
        return new Vector(new TreeMap<>(counters));
    }

    private static SyncMessage example() {
        Vector held = vector(Map.of(HUB, 1L, OLD_LAB, 3L));
        Cut ofLab = new Cut(9, vector(Map.of(OLD_LAB, 3L)), 0, MEMBERS.digest(), false);
        SyncMessage.State state = new SyncMessage.State(
                HUB,
                new Cut(300, held, 0, MEMBERS.digest(), false),
                MEMBERS,
                0,
                MILLIS,
                new TreeSet<>(List.of(HUB)),
                new TreeSet<>(),
                new TreeMap<>(Map.of(LAB, new Relayed(ofLab, 1_500, new TreeSet<>()))),
                Optional.empty(),
                new TreeMap<>(),
                false);
        OperationRecord put = OperationRecord.remote(
                new OperationId(HUB, 1),
                HybridTimestamp.of(MILLIS, 1),
                1,
                Effect.WON,
                CausalContext.of(new TreeMap<>(Map.of(OLD_LAB, 3L))),
                Operation.put(Key.of("a"), Value.fromString("x")));
        return new SyncMessage(state, List.of(put), Optional.empty());
    }

    @Test
    void theMessageOnThePageIsOne() throws IOException {
        byte[] bytes = SyncMessageCodec.encode(example());
        if (System.getProperty("softadastra.golden", "").equals("write")) {
            write(bytes);
        }
        byte[] shown = hex(String.join(" ", block("message")));
        assertArrayEquals(bytes, shown);
        SyncMessage read = SyncMessageCodec.decode(shown).orElseThrow();
        assertEquals(example(), read);
        assertArrayEquals(bytes, SyncMessageCodec.encode(read));
    }

    @Test
    void itsFieldsAreAllOfIt() throws IOException {
        StringBuilder all = new StringBuilder();
        int at = 0;
        for (String line : Files.readAllLines(FORMAT)) {
            if (line.matches("\\| \\d+ \\| `[0-9a-f ]+` \\| .*")) {
                String[] cells = line.split("\\|", -1);
                String field = cells[2].replace("`", "").strip();
                assertEquals(at, Integer.parseInt(cells[1].strip()), line);
                at += hex(field).length;
                all.append(field).append(' ');
            }
        }
        assertEquals(String.join(" ", block("message")), all.toString().strip());
    }

    @Test
    void theDigestOnThePageIsThatOfTheMembersThere() throws IOException {
        byte[] note = hex(String.join(" ", block("members")));
        assertArrayEquals(MEMBERS.encode(), note);
        assertEquals(MEMBERS, Members.decode(note));
        String digest = HexFormat.of().toHexDigits(MEMBERS.digest());
        assertEquals(List.of("0x" + digest), block("digest"));
        // As the page says it.
        long hash = 0xCBF29CE484222325L;
        for (byte each : note) {
            hash = (hash ^ Byte.toUnsignedInt(each)) * 0x100000001B3L;
        }
        assertEquals(digest, HexFormat.of().toHexDigits(hash));
    }

    @Test
    void theHashOnThePageIsThatOfTheEntryThatTheMessageComesTo() throws IOException {
        assertEquals(List.of("0x" + HexFormat.of().toHexDigits(hash())), block("hash"));
    }

    private static long hash() {
        OperationRecord put = example().operations().get(0);
        ContentSums sums = new ContentSums();
        sums.add(new Standing(
                put.operation().key(),
                put.id(),
                put.stamp(),
                put.version(),
                put.operation().value(),
                1,
                false,
                HybridTimestamp.ofPacked(0)));
        return sums.total();
    }

    @Test
    void theGrammarOfMessagesIsThatOfTheCodec() throws IOException {
        assertShown(layout("sync", "SyncMessageCodec"), Files.readString(PROTOCOL));
    }

    @ParameterizedTest
    @CsvSource({
        "64, members, Members",
        "65, promise, Forgetting",
        "66, conflict, Conflict",
        "67, conflicts taken, Conflicts",
        "68, acknowledgements, AckMarks",
        "69 and 70, rejections, Rejections",
        "69 and 70, rejections, Rejection",
        "71, subscriptions, Subscriptions",
        "71, subscriptions, Subscription",
        "72, progress, Progress",
        "73, stage, Stage",
        "74, silences, Silences"
    })
    void theLayoutOfEachNoteIsThatOfTheCode(String codes, String name, String type) throws IOException {
        assertShown(layout("sync", type), section("### " + codes + ": " + name));
    }

    @Test
    void theCodesOfNotesAreThoseOfTheCode() throws IOException {
        List<String> expected = List.of(
                code(WalRecordType.HELD.code()),
                code(Members.NOTE),
                code(Forgetting.NOTE),
                code(Conflict.NOTE),
                code(Conflicts.TAKEN_NOTE),
                code(AckMarks.NOTE),
                Rejections.NOTE + " and " + code(Rejections.DONE_NOTE),
                code(Subscriptions.NOTE),
                code(Progress.NOTE),
                code(Stage.NOTE),
                code(Silences.NOTE));
        List<String> shown = Files.readAllLines(FORMAT).stream()
                .filter(line -> line.startsWith("### "))
                .map(line -> line.substring(4, line.indexOf(':') + 1))
                .toList();
        assertEquals(expected, shown);
        String notes = "a type from " + Replication.FIRST_NOTE + " to " + Replication.LAST_NOTE;
        assertTrue(section("## Notes").contains(notes), notes);
        // Nobody has given another one.
        try (var sources = Files.list(source("sync", "Members").getParent())) {
            long constants = sources.filter(
                            source -> read(source).matches("(?s).*static final int ([A-Z]+_)?NOTE = \\d+;.*"))
                    .count();
            assertEquals(expected.size() - 1, constants);
        }
    }

    private static String code(int code) {
        return code + ":";
    }

    @ParameterizedTest
    @CsvSource({
        "OperationEnvelope, ## Records of operations",
        "OperationBody, ## Records of operations",
        "OutcomeCodec, ## Records of operations",
        "Raise, ### 7: HELD"
    })
    void theLayoutOfEachRecordIsThatOfTheCode(String type, String heading) throws IOException {
        assertShown(layout("store", type), section(heading));
    }

    private static void assertShown(String layout, String page) {
        assertTrue(normal(page).contains(layout), () -> layout + "\nis not in\n" + normal(page));
    }

    private static Path source(String module, String type) {
        return ROOT.resolve("softadastra." + module)
                .resolve(Path.of("src", "main", "java", "softadastra", module, type + ".java"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The form that the documentation of a class has, without what is a link there. */
    private static String layout(String module, String type) {
        String source = read(source(module, type));
        int begin = source.indexOf("<pre>");
        int end = source.indexOf("</pre>", begin);
        assertTrue(begin > 0 && end > begin, type);
        String layout = source.substring(begin + "<pre>".length(), end).replaceAll("\n *\\* ?", "\n");
        return normal(layout);
    }

    private static String normal(String text) {
        return text.replaceAll("see \\{@link \\w+\\}|see below", "see")
                .replace("in the order of {@link Origin}", "in order")
                .replaceAll(":i(32|64)", ":u$1")
                .replaceAll("\\s+", " ")
                .strip();
    }

    private static String section(String heading) throws IOException {
        List<String> lines = Files.readAllLines(FORMAT);
        int begin = lines.indexOf(heading);
        assertTrue(begin >= 0, heading);
        int end = begin + 1;
        while (end < lines.size() && !lines.get(end).startsWith("#")) {
            end++;
        }
        return String.join("\n", lines.subList(begin, end));
    }

    /** The lines of an example's block. */
    private static List<String> block(String name) throws IOException {
        return block(Files.readAllLines(FORMAT), name);
    }

    private static List<String> block(List<String> page, String name) {
        int start = page.indexOf("<!-- example: " + name + " -->") + 2;
        assertTrue(start > 1, name);
        return page.subList(start, start + page.subList(start, page.size()).indexOf("```"));
    }

    private static byte[] hex(String text) {
        return HexFormat.ofDelimiter(" ").parseHex(text);
    }

    private static void write(byte[] message) throws IOException {
        List<String> page = new ArrayList<>(Files.readAllLines(FORMAT));
        replace(page, "message", lines(message));
        replace(page, "members", lines(MEMBERS.encode()));
        replace(page, "digest", List.of("0x" + HexFormat.of().toHexDigits(MEMBERS.digest())));
        replace(page, "hash", List.of("0x" + HexFormat.of().toHexDigits(hash())));
        Files.write(FORMAT, page, StandardCharsets.UTF_8);
    }

    private static List<String> lines(byte[] bytes) {
        List<String> lines = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += 16) {
            byte[] some = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 16));
            lines.add(HexFormat.ofDelimiter(" ").formatHex(some));
        }
        return lines;
    }

    private static void replace(List<String> page, String name, List<String> lines) {
        List<String> block = block(page, name);
        block.clear();
        block.addAll(lines);
    }
}
