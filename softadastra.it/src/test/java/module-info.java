import org.jspecify.annotations.NullMarked;

/** Integration tests: the engine as a real client sees it, from a named module. */
@NullMarked
@SuppressWarnings("requires-automatic")
open module softadastra.it {
    requires static org.jspecify;
    requires com.google.common.jimfs;
    requires jdk.compiler;
    requires jdk.jartool;
    requires jdk.jlink;
    requires java.management;
    requires org.junit.jupiter.api;
    requires org.junit.jupiter.params;
    requires softadastra.cli;
    requires softadastra.core;
    requires softadastra.sdk;
    requires softadastra.store;
    requires softadastra.sync;
    requires softadastra.wal.file;
    requires softadastra.wal.memory;
    requires softadastra.wal.spi;
    requires softadastra.wal.tck;

    uses softadastra.wal.spi.WalProvider;
}
