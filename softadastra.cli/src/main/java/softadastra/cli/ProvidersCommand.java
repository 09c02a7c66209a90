package softadastra.cli;

import java.security.CodeSource;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalProviders;

/** {@code providers}: lists the log providers that this runtime has. */
@Command(name = "providers", description = "Lists the log providers: name, capabilities, module, location.")
final class ProvidersCommand extends Subcommand {

    ProvidersCommand(SoftadastraCommand root) {
        super(root);
    }

    @Override
    public Integer call() {
        WalProviders.available().orElseThrow().stream()
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .forEach(this::print);
        return ExitCode.OK;
    }

    private void print(WalProvider provider) {
        Class<?> type = provider.getClass();
        List<String> capabilities = provider.capabilities().stream()
                .sorted()
                .map(capability -> capability.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
        String module = type.getModule().isNamed() ? type.getModule().getName() : "(class path)";
        if (io().isJson()) {
            io().line(new JsonObject()
                    .put("name", provider.name())
                    .put("spiVersion", provider.spiVersion())
                    .putTexts("capabilities", capabilities)
                    .put("class", type.getName())
                    .put("module", module)
                    .put("location", location(type)));
        } else {
            io().line(provider.name());
            io().line("  capabilities : " + String.join(", ", capabilities));
            io().line("  module : " + module);
            io().line("  class : " + type.getName());
            io().line("  location : " + location(type));
        }
    }

    private static String location(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source == null || source.getLocation() == null
                ? "unknown"
                : source.getLocation().toString();
    }
}
