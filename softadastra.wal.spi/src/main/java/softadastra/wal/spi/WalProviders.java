package softadastra.wal.spi;

import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;

/**
 * Finds the provider for a log: the instance the caller passes, else the one named in the configuration, else the one named
 * by the system property {@value #PROPERTY}, else the one recorded where the log lives, else the only one that offers what
 * the configuration asks for. Never a silent pick: none, two of one name, and two equally fit are errors that say what to do.
 *
 * <p>The property speaks for a whole JVM, so it is passed over where the provider it names does not offer the medium that is
 * asked for (a log in memory, say, beside durable ones of that provider).
 */
public final class WalProviders {

    /** The system property that names a provider. */
    public static final String PROPERTY = "softadastra.wal.provider";

    private WalProviders() {}

    /**
     * The providers that can be seen from here: by the thread's context class loader, and by the one of this class.
     *
     * @return them, or PROVIDER_MISSING if one is declared that cannot be loaded, which names it
     */
    @CheckReturnValue
    public static Result<List<WalProvider>> available() {
        try {
            Map<Class<?>, WalProvider> found = new LinkedHashMap<>();
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            if (context != null && knowsThisInterface(context)) {
                collect(ServiceLoader.load(WalProvider.class, context), found);
            }
            collect(ServiceLoader.load(WalProvider.class, WalProvider.class.getClassLoader()), found);
            return Result.ok(List.copyOf(found.values()));
        } catch (ServiceConfigurationError e) {
            return Result.err(SoftadastraError.of(
                            ErrorCode.PROVIDER_MISSING,
                            "failed to load a WAL provider: " + e.getMessage()
                                    + "; mend or remove the jar that declares it")
                    .withCause(e));
        }
    }

    /** Another copy of this library, as the container of an application may have one, has providers of its own. */
    private static boolean knowsThisInterface(ClassLoader loader) {
        try {
            return Class.forName(WalProvider.class.getName(), false, loader) == WalProvider.class;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** In words, where a provider comes from: its class, module, and the place it was loaded from. */
    public static String origin(Object provider) {
        Class<?> type = provider.getClass();
        String module =
                type.getModule().isNamed() ? "module " + type.getModule().getName() : "class path";
        return type.getName() + " (" + module + ", " + location(type) + ")";
    }

    private static String location(Class<?> type) {
        Module module = type.getModule();
        if (module.getLayer() != null) {
            Optional<URI> uri = module.getLayer()
                    .configuration()
                    .findModule(module.getName())
                    .map(ResolvedModule::reference)
                    .flatMap(ModuleReference::location);
            if (uri.isPresent()) {
                return uri.get().toString();
            }
        }
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source == null || source.getLocation() == null
                ? "unknown location"
                : source.getLocation().toString();
    }

    @CheckReturnValue
    static Result<WalProvider> find(WalConfig config, OpenMode mode) {
        return config.providerInstance().isPresent()
                ? find(config, mode, List.of(), Optional.empty())
                : available().flatMap(found -> find(config, mode, found, property()));
    }

    /** The choice itself, over any providers: the seam its tests use. */
    @CheckReturnValue
    static Result<WalProvider> find(
            WalConfig config, OpenMode mode, Iterable<WalProvider> providers, Optional<String> property) {
        List<WalProvider> found = new ArrayList<>();
        providers.forEach(found::add);
        return recorded(config)
                .flatMap(recorded -> choose(config, found, property, recorded))
                .flatMap(provider -> fit(config, mode, provider));
    }

    private static Result<WalProvider> choose(
            WalConfig config, List<WalProvider> found, Optional<String> property, Optional<String> recorded) {
        if (config.providerInstance().isPresent()) {
            WalProvider provider = config.providerInstance().get();
            return matching(config, recorded, provider.name()).map(name -> provider);
        }
        if (config.provider().isPresent()) {
            return matching(config, recorded, config.provider().get())
                    .flatMap(name -> named(name, "named in the configuration", found));
        }
        if (property.isPresent()) {
            Result<WalProvider> named = named(property.get(), "named by the system property " + PROPERTY, found);
            if (!named.isOk() || offers(named.value(), config)) {
                return named.isOk() ? matching(config, recorded, property.get()).flatMap(name -> named) : named;
            }
        }
        return recorded.isPresent()
                ? named(recorded.get(), "recorded in " + config.location(), found)
                : onlyFit(config, found);
    }

    private static Result<String> matching(WalConfig config, Optional<String> recorded, String name) {
        if (recorded.isPresent() && !recorded.get().equals(name)) {
            return Result.err(
                    ErrorCode.PROVIDER_MISMATCH,
                    "WAL provider mismatch: the log at " + config.location() + " was written by provider '"
                            + recorded.get() + "', and '" + name + "' was asked for; open it with '" + recorded.get()
                            + "', or choose another path");
        }
        return Result.ok(name);
    }

    private static Result<WalProvider> named(String name, String why, List<WalProvider> found) {
        List<WalProvider> matches =
                found.stream().filter(provider -> provider.name().equals(name)).toList();
        return switch (matches.size()) {
            case 0 ->
                Result.err(
                        ErrorCode.PROVIDER_MISSING, "no WAL provider '" + name + "' (" + why + "): " + remedy(found));
            case 1 -> Result.ok(matches.get(0));
            default ->
                Result.err(
                        ErrorCode.PROVIDER_AMBIGUOUS,
                        matches.size() + " WAL providers are named '" + name + "': " + origins(matches)
                                + "; remove all but one (the system property " + PROPERTY
                                + " cannot tell them apart), or pass an instance to withProvider");
        };
    }

    private static Result<WalProvider> onlyFit(WalConfig config, List<WalProvider> found) {
        List<WalProvider> fit =
                found.stream().filter(provider -> offers(provider, config)).toList();
        if (fit.isEmpty()) {
            return Result.err(
                    ErrorCode.PROVIDER_MISSING, "no WAL provider for a " + words(config) + " log: " + remedy(found));
        }
        if (fit.size() == 1) {
            return Result.ok(fit.get(0));
        }
        if (fit.stream().map(WalProvider::name).distinct().count() == 1) {
            return named(fit.get(0).name(), "the only name", fit);
        }
        return Result.err(
                ErrorCode.PROVIDER_AMBIGUOUS,
                fit.size() + " WAL providers offer a " + words(config) + " log: " + origins(fit)
                        + "; name one with withProvider or the system property " + PROPERTY);
    }

    private static Result<WalProvider> fit(WalConfig config, OpenMode mode, WalProvider provider) {
        Objects.requireNonNull(mode, "mode");
        if (provider.spiVersion() != WalProvider.SPI_VERSION) {
            return Result.err(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "WAL provider '" + provider.name() + "' speaks version " + provider.spiVersion()
                            + " of the SPI and this release version " + WalProvider.SPI_VERSION
                            + "; use a release of it that fits: " + origin(provider));
        }
        if (!offers(provider, config)) {
            return Result.err(
                    ErrorCode.INVALID_ARGUMENT,
                    "WAL provider '" + provider.name() + "' does not offer a " + words(config) + " log: it offers "
                            + provider.capabilities());
        }
        return Result.ok(provider);
    }

    private static Result<Optional<String>> recorded(WalConfig config) {
        if (config.medium() == WalConfig.Medium.VOLATILE) {
            return Result.ok(Optional.empty());
        }
        Result<Optional<String>> recorded =
                config.openStorage().flatMap(WalMarker::read).map(marker -> marker.map(WalMarker::provider));
        // A damaged marker names nobody, and whoever salvages says which provider it was.
        boolean salvage = config.recovery() == RecoveryMode.SALVAGE
                && (config.provider().isPresent() || config.providerInstance().isPresent());
        return salvage && recorded.isErr() && recorded.error().code() == ErrorCode.CORRUPTION
                ? Result.ok(Optional.empty())
                : recorded;
    }

    private static boolean offers(WalProvider provider, WalConfig config) {
        return provider.capabilities().contains(config.medium().capability());
    }

    private static String words(WalConfig config) {
        return config.medium() == WalConfig.Medium.DURABLE ? "durable" : "memory";
    }

    private static String remedy(List<WalProvider> found) {
        return "add the jar of softadastra.wal.file (or .memory) to the module path; found: "
                + found.stream().map(WalProvider::name).sorted().collect(Collectors.joining(", ", "[", "]"));
    }

    private static String origins(List<WalProvider> providers) {
        return providers.stream().map(WalProviders::origin).collect(Collectors.joining(" and "));
    }

    private static void collect(ServiceLoader<WalProvider> loader, Map<Class<?>, WalProvider> found) {
        loader.stream().forEach(candidate -> found.computeIfAbsent(candidate.type(), type -> candidate.get()));
    }

    private static Optional<String> property() {
        return Optional.ofNullable(System.getProperty(PROPERTY)).filter(name -> !name.isBlank());
    }
}
