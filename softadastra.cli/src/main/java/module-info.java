import org.jspecify.annotations.NullMarked;

/** The softadastra command. */
@NullMarked
module softadastra.cli {
    requires static org.jspecify;
    requires softadastra.sdk;
    requires info.picocli;

    opens softadastra.cli to
            info.picocli;
}
