package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertLinesMatch;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The sessions that guides show, block by block, print what they show: a line {@code $ softadastra ...}, up to {@code END} what
 * it is given, then what it prints; {@code ...} stands for any text. A command that ends with {@code &} goes on in the background
 * until its session ends, and prints what it does until it is ready; the port that guides show stands for the one that the first
 * node that listens has found free, and the sequence that they give to {@code sync resolve} for the one that was printed last.
 */
@Timeout(600)
class GuideCommandsTest {
    private static final Path GUIDES = Path.of(System.getProperty("basedir", ""), "..", "docs", "guides");
    private static final Path README = GUIDES.resolve(Path.of("..", "..", "README.md"));
    private static final String BEGIN = "<!-- commands -->";
    private static final String PROMPT = "$ softadastra ";
    private static final String INPUT = " <<'END'";
    private static final String BACKGROUND = " &";
    private static final String PORT = ":7420";
    private static final String ANY_PORT = ":0";
    private static final String RESOLVE = " sync resolve ";
    private static final String IF_SEQUENCE = " --if-sequence ";
    private static final Pattern SEQUENCE = Pattern.compile("(?<= sequence=)\\d+$");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    @TempDir
    Path directory;

    private final Deque<StartedNode> nodes = new ArrayDeque<>();

    /** What stands in for the port that guides show: any, until a node of the session has one. */
    private String port = ANY_PORT;

    @AfterEach
    void stopNodes() {
        nodes.forEach(StartedNode::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"store.md", "sync.md", "wal.md"})
    void aSessionInAGuidePrintsWhatItShows(String guide) throws IOException {
        List<String> lines = Files.readAllLines(GUIDES.resolve(guide));
        int sessions = 0;
        for (int begin = 0; begin < lines.size(); begin++) {
            if (lines.get(begin).equals(BEGIN)) {
                int end = begin + lines.subList(begin, lines.size()).indexOf("```");
                Path home = directory.resolve("session" + ++sessions);
                Files.createDirectories(home.resolve("data"));
                printsWhatItShows(lines.subList(begin + 2, end), home);
            }
        }
        assertTrue(sessions > 0, "no session in " + guide);
    }

    /** They are there to be copied, so they have neither prompts nor what they print. */
    @Test
    void theCommandsOfTheReadmeWork() throws IOException {
        List<String> lines = Files.readAllLines(README);
        int begin = lines.indexOf(BEGIN);
        int end = begin + lines.subList(begin, lines.size()).indexOf("```");
        Files.createDirectories(directory.resolve("data"));
        Cli cli = new Cli(directory.resolve("node.wal"));
        List<String> printed = new ArrayList<>();
        for (String line : lines.subList(begin + 2, end)) {
            String command = line.replaceFirst(" *#.*", "");
            printed.addAll(command.isEmpty() ? List.of() : run(cli, "$ " + command, List.of(), directory));
        }
        assertTrue(printed.contains("outbox size : 0"), printed::toString);
        assertEquals("hello", printed.get(printed.size() - 1));
    }

    private void printsWhatItShows(List<String> session, Path home) {
        Cli cli = new Cli(home.resolve("node.wal"));
        List<String> printed = new ArrayList<>();
        for (int i = 0; i < session.size(); i++) {
            String line = session.get(i);
            if (!line.startsWith(PROMPT)) {
                continue;
            }
            printed.add(line);
            List<String> input = List.of();
            if (line.endsWith(INPUT)) {
                int close = i + session.subList(i, session.size()).indexOf("END");
                input = session.subList(i + 1, close);
                printed.addAll(session.subList(i + 1, close + 1));
            }
            String command = line.replace(INPUT, "");
            int sequence = command.indexOf(IF_SEQUENCE) + IF_SEQUENCE.length();
            if (command.contains(RESOLVE) && sequence > IF_SEQUENCE.length()) {
                command = command.substring(0, sequence) + sequenceShown(command.substring(sequence), printed);
            }
            printed.addAll(run(cli, command, input, home));
        }
        assertLinesMatch(session.stream().map(GuideCommandsTest::pattern).toList(), printed);
    }

    /** The sequence that was printed last, and in its place there the one that the guide shows. */
    private static String sequenceShown(String shown, List<String> printed) {
        int last = printed.size() - 2;
        Matcher sequence = SEQUENCE.matcher(printed.get(last));
        assertTrue(sequence.find(), printed.get(last));
        printed.set(last, sequence.replaceFirst(shown));
        return sequence.group();
    }

    /** Runs a line; what begins with {@code data} is in the session's own directory. */
    private List<String> run(Cli cli, String line, List<String> input, Path home) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line.substring(PROMPT.length()));
        while (word.find()) {
            String text = (word.group(1) == null ? word.group(2) : word.group(1)).replace(PORT, port);
            boolean path = text.equals("data") || text.startsWith("data/");
            words.add(path ? home.resolve(text).toString() : text);
        }
        byte[] in = String.join("\n", input).getBytes(StandardCharsets.UTF_8);
        String[] args = words.toArray(String[]::new);
        if (line.endsWith(BACKGROUND)) {
            StartedNode node = StartedNode.run(words.subList(0, words.size() - 1));
            nodes.push(node);
            String listening = node.said("listening");
            if (port.equals(ANY_PORT) && listening.contains(":")) {
                port = listening.substring(listening.lastIndexOf(':'));
            }
            return shown(node.lines().stream(), home);
        }
        Cli.Run run = words.get(0).equals("--wal") ? Cli.plain(in, args) : cli.runWith(in, args);
        return shown(Stream.of(run.out(), run.err()).flatMap(String::lines), home);
    }

    private List<String> shown(Stream<String> printed, Path home) {
        return printed.map(line -> line.replace(home + "/", ""))
                .map(line -> port.equals(ANY_PORT) ? line : line.replace(port, PORT))
                .toList();
    }

    /** The line itself, quoted, with {@code ...} for any text. */
    private static String pattern(String line) {
        return Stream.of(line.split(Pattern.quote("..."), -1))
                .map(Pattern::quote)
                .collect(Collectors.joining(".*"));
    }
}
