package softadastra.it.examples;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The comment in a guide that says what the block after it quotes.
 *
 * @param kind {@code source}, {@code main}, {@code output} or {@code module}
 * @param name the example; empty for {@code module}
 */
record Mark(String kind, String name) {

    private static final Pattern COMMENT = Pattern.compile("<!-- (source|main|output|module)(?:: (\\w+))? -->");

    static Optional<Mark> of(String line) {
        Matcher comment = COMMENT.matcher(line);
        return comment.matches()
                ? Optional.of(new Mark(
                        comment.group(1), Optional.ofNullable(comment.group(2)).orElse("")))
                : Optional.empty();
    }

    /** What the block has to say, where it says something now. */
    List<String> quote(List<String> now) throws IOException {
        Example example = new Example(name);
        return switch (kind) {
            case "source" -> example.source();
            case "main" -> main(example.source());
            case "output" -> example.promised();
            default -> now;
        };
    }

    private static List<String> main(List<String> source) {
        String indent = "    ";
        int begin = source.indexOf(indent + "public static void main(String[] args) {");
        int end = begin + source.subList(begin, source.size()).indexOf(indent + "}");
        return source.subList(begin, end + 1).stream()
                .map(line -> line.startsWith(indent) ? line.substring(indent.length()) : line)
                .toList();
    }
}
