package softadastra.core;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks methods whose answer the caller has to look at; dropping it is a bug.
 *
 * <p>Static analysers such as Error Prone match this annotation by its simple name. On a method or constructor it covers
 * that one; on a type, all methods and constructors in it; on a package, all types in it, private methods too. It says
 * nothing about methods elsewhere that merely <em>answer</em> a marked type: marking {@link Result} would not protect
 * those that answer one. So each package of Softadastra that has such methods carries it in its
 * {@code package-info.java}, or else each such type does, and the few methods whose answer is a mere convenience are
 * marked {@link CanIgnoreReturnValue}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.CONSTRUCTOR, ElementType.TYPE, ElementType.PACKAGE})
public @interface CheckReturnValue {}
