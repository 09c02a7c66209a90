package softadastra.it.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import softadastra.it.ChildJvm;
import softadastra.it.ChildJvm.Outcome;

/**
 * The application {@code consumer}, ready to run.
 *
 * @param java the JVM
 * @param options where its modules and classes are, and system properties
 * @param main its main class
 */
record Consumer(Path java, List<String> options, List<String> main) {

    private static final List<String> MODULE = List.of("-m", "consumer/consumer.Main");

    private static final String WRITTEN = """
            opened at sequence %d
            put user:1 version=%d
            removed user:2=true
            user:1 => Gaspard Kirira version=%d
            size=1
            """;

    /** On the module path, with what it requires, and more. */
    static Consumer withModules(Path... more) {
        return new Consumer(ChildJvm.java(), List.of("-p", ChildJvm.path(Jars.consumerAnd(more))), MODULE);
    }

    /** On the class path, with what it needs, and more. */
    static Consumer withClassPath(Path... more) {
        return new Consumer(
                ChildJvm.java(), List.of("-cp", ChildJvm.path(Jars.consumerAnd(more))), List.of("consumer.Main"));
    }

    /** In a linked image, with jars dropped in. */
    static Consumer inImage(Path image, Path... more) {
        List<String> options = more.length == 0 ? List.of() : List.of("-p", ChildJvm.path(List.of(more)));
        return new Consumer(ChildJvm.java(image), options, MODULE);
    }

    /** With the system property that names a provider. */
    Consumer naming(String provider) {
        List<String> more = new ArrayList<>(options);
        more.add("-Dsoftadastra.wal.provider=" + provider);
        return new Consumer(java, more, main);
    }

    /** Runs it without a path: in memory. */
    Outcome inMemory() {
        return run(List.of());
    }

    /** Runs it on a durable store. */
    Outcome at(Path path) {
        return run(List.of(path.toString()));
    }

    private Outcome run(List<String> arguments) {
        List<String> all = new ArrayList<>(options);
        all.addAll(main);
        all.addAll(arguments);
        return ChildJvm.run(java, all);
    }

    /** It did all it does, and found it again. */
    static void assertKept(Outcome outcome) {
        String expected = WRITTEN.formatted(0, 2, 2) + """
                reopened at sequence 4
                user:1 => Gaspard Kirira version=2
                size=1""";
        assertEquals(new Outcome(0, expected), outcome);
    }

    /** It did all it does once more, on the store that it left the time before. */
    static void assertKeptAgain(Outcome outcome) {
        String expected = WRITTEN.formatted(4, 4, 4) + """
                reopened at sequence 8
                user:1 => Gaspard Kirira version=4
                size=1""";
        assertEquals(new Outcome(0, expected), outcome);
    }

    /** It did all it does, and the next store in memory was empty. */
    static void assertForgotten(Outcome outcome) {
        String expected = WRITTEN.formatted(0, 2, 2) + """
                reopened at sequence 0
                size=0""";
        assertEquals(new Outcome(0, expected), outcome);
    }

    /** It was refused with this code, in a message that has these parts. */
    static void assertRefused(String code, Outcome outcome, String... parts) {
        assertEquals(1, outcome.exit(), outcome::output);
        assertTrue(outcome.output().startsWith(code + " "), outcome::output);
        for (String part : parts) {
            assertTrue(outcome.output().contains(part), () -> part + " is not in: " + outcome.output());
        }
    }
}
