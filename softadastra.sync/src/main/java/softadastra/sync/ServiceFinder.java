package softadastra.sync;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Collectors;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.wal.spi.WalProviders;

/**
 * Finds the provider of a service: the one named, else the only one there is. Never a silent pick.
 *
 * @param <T> the type of its providers
 */
final class ServiceFinder<T> {

    private final Class<T> type;
    private final String service;
    private final String remedy;
    private final Function<T, String> nameOf;

    /**
     * Makes a finder.
     *
     * @param type what its providers implement
     * @param service what it is called
     * @param remedy what to do where there is none
     * @param nameOf the name of a provider
     */
    ServiceFinder(Class<T> type, String service, String remedy, Function<T, String> nameOf) {
        this.type = type;
        this.service = service;
        this.remedy = remedy;
        this.nameOf = nameOf;
    }

    /** Finds one among those that can be seen by the thread's context class loader, and by that of this class. */
    @CheckReturnValue
    Result<T> find(Optional<String> name) {
        try {
            Map<Class<?>, T> found = new LinkedHashMap<>();
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            if (context != null && knowsThisInterface(context)) {
                collect(ServiceLoader.load(type, context), found);
            }
            collect(ServiceLoader.load(type, ServiceFinder.class.getClassLoader()), found);
            return find(name, found.values());
        } catch (ServiceConfigurationError e) {
            return Result.err(SoftadastraError.of(
                            ErrorCode.PROVIDER_MISSING,
                            "failed to load a " + service + ": " + e.getMessage()
                                    + "; mend or remove the jar that declares it")
                    .withCause(e));
        }
    }

    private void collect(ServiceLoader<T> loader, Map<Class<?>, T> found) {
        loader.forEach(provider -> found.putIfAbsent(provider.getClass(), provider));
    }

    /** Another copy of this library, as the container of an application may have one, has providers of its own. */
    private boolean knowsThisInterface(ClassLoader loader) {
        try {
            return Class.forName(type.getName(), false, loader) == type;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** The choice itself, over any providers: the seam its tests use. */
    @CheckReturnValue
    Result<T> find(Optional<String> name, Iterable<? extends T> providers) {
        List<T> fit = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (T provider : providers) {
            names.add(nameOf.apply(provider));
            if (name.isEmpty() || name.get().equals(nameOf.apply(provider))) {
                fit.add(provider);
            }
        }
        if (fit.isEmpty()) {
            return Result.err(
                    ErrorCode.PROVIDER_MISSING,
                    "no " + service + name.map(wanted -> " '" + wanted + "'").orElse("") + ": " + remedy + "; found: "
                            + names);
        }
        if (fit.size() > 1) {
            return Result.err(
                    ErrorCode.PROVIDER_AMBIGUOUS,
                    "more than one " + service + ": " + origins(fit) + "; "
                            + (name.isPresent()
                                    ? "remove all but one of their jars"
                                    : "name one in the configuration"));
        }
        return Result.ok(fit.get(0));
    }

    private String origins(List<T> providers) {
        return providers.stream()
                .map(each -> "'" + nameOf.apply(each) + "' " + WalProviders.origin(each))
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
