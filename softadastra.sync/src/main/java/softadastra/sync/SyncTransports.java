package softadastra.sync;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;

/** Finds the provider of a transport: the one named, else the only one there is. Never a silent pick. */
final class SyncTransports {

    private SyncTransports() {}

    @CheckReturnValue
    static Result<SyncTransportProvider> find(SyncConfig config) {
        try {
            Map<Class<?>, SyncTransportProvider> found = new LinkedHashMap<>();
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            if (context != null && knowsThisInterface(context)) {
                collect(ServiceLoader.load(SyncTransportProvider.class, context), found);
            }
            collect(ServiceLoader.load(SyncTransportProvider.class, SyncTransports.class.getClassLoader()), found);
            return find(config.provider(), found.values());
        } catch (ServiceConfigurationError e) {
            return Result.err(SoftadastraError.of(
                            ErrorCode.PROVIDER_MISSING,
                            "failed to load a sync transport: " + e.getMessage()
                                    + "; mend or remove the jar that declares it")
                    .withCause(e));
        }
    }

    private static void collect(
            ServiceLoader<SyncTransportProvider> loader, Map<Class<?>, SyncTransportProvider> found) {
        loader.forEach(provider -> found.putIfAbsent(provider.getClass(), provider));
    }

    /** Another copy of this library, as the container of an application may have one, has providers of its own. */
    private static boolean knowsThisInterface(ClassLoader loader) {
        try {
            return Class.forName(SyncTransportProvider.class.getName(), false, loader) == SyncTransportProvider.class;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** The choice itself, over any providers: the seam its tests use. */
    @CheckReturnValue
    static Result<SyncTransportProvider> find(Optional<String> name, Iterable<SyncTransportProvider> providers) {
        List<SyncTransportProvider> fit = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (SyncTransportProvider provider : providers) {
            names.add(provider.name());
            if (name.isEmpty() || name.get().equals(provider.name())) {
                fit.add(provider);
            }
        }
        if (fit.isEmpty()) {
            return Result.err(
                    ErrorCode.PROVIDER_MISSING,
                    "no sync transport"
                            + name.map(wanted -> " '" + wanted + "'").orElse("")
                            + ": add the jar of softadastra.transport.http, or of another one, to the module path,"
                            + " or leave transport off; found: " + names);
        }
        if (fit.size() > 1) {
            return Result.err(
                    ErrorCode.PROVIDER_AMBIGUOUS,
                    "more than one sync transport: "
                            + fit.stream()
                                    .map(each -> "'" + each.name() + "' ("
                                            + each.getClass().getName() + ")")
                                    .toList()
                            + "; "
                            + (name.isPresent()
                                    ? "remove all but one of their jars"
                                    : "name one in the configuration"));
        }
        return Result.ok(fit.get(0));
    }
}
