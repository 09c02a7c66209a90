package softadastra.cli;

/** Says on standard error what an import or an export could not represent. */
final class LeftOut {
    private LeftOut() {}

    static void report(Io io, String name, String reason) {
        if (io.isJson()) {
            io.message(
                    new JsonObject().put("leftOut", name).put("reason", reason).toString());
        } else {
            io.message("left out: " + Texts.visible(name) + ": " + Texts.visible(reason));
        }
    }
}
