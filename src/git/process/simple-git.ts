// simple-git in a module of its own: it takes a few milliseconds to load, and is loaded when git is started.
export { GitError, simpleGit } from "simple-git";
