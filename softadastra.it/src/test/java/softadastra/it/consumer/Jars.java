package softadastra.it.consumer;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What lies on the path of an application: the jars of this build (before they are packaged, the folders of classes), and
 * those of others.
 */
final class Jars {
    static final Path CORE = ours("softadastra.core");
    static final Path SPI = ours("softadastra.wal.spi");
    static final Path STORE = ours("softadastra.store");
    static final Path FILE = ours("softadastra.wal.file");
    static final Path MEMORY = ours("softadastra.wal.memory");
    static final Path SYNC = ours("softadastra.sync");
    static final Path SDK = ours("softadastra.sdk");

    /** An application that requires softadastra.store. */
    static final Path CONSUMER = Applications.jar("consumer", CORE, SPI, STORE);

    /** Somebody else's durable provider, named "journal". */
    static final Path JOURNAL = Applications.jar("example.journal", CORE, SPI);

    /** Another one of that name. */
    static final Path TWIN = Applications.jar("example.twin", CORE, SPI);

    private Jars() {}

    /** The consumer with what it requires, and more. */
    static List<Path> consumerAnd(Path... more) {
        return Stream.concat(Stream.of(CONSUMER, STORE, SPI, CORE), Stream.of(more))
                .toList();
    }

    private static Path ours(String module) {
        return Path.of(ModuleLayer.boot()
                .configuration()
                .findModule(module)
                .orElseThrow()
                .reference()
                .location()
                .orElseThrow());
    }
}
