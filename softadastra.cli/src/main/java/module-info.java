import org.jspecify.annotations.NullMarked;

/** The softadastra command. */
@NullMarked
module softadastra.cli {
    requires static org.jspecify;
    requires info.picocli;
    requires softadastra.sdk;

    opens softadastra.cli to
            info.picocli;

    provides System.LoggerFinder with
            softadastra.cli.Warnings;
}
