// Elements made without markup, so that no name can become any, and the data that a page has in it.
function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function option(select, value, text) {
  select.append(make("option", { value, textContent: text }));
}

function data(id) {
  return JSON.parse(document.getElementById(id).textContent);
}
